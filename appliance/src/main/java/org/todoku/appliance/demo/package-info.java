/**
 * What {@code todoku demo} adds to the real server: a made-up school, a mail server that keeps what
 * it is given, and pages to read those mails. Nothing here runs in a real set-up. Imports web and
 * the features' doors.
 */
@NullMarked
package org.todoku.appliance.demo;

import org.jspecify.annotations.NullMarked;
