/**
 * The pages of administrators under {@code /console/}. Imports web and the features' doors.
 *
 * <p>Promises: no page ever shows a mail address of a member; nothing is changed by a GET; each
 * form carries the session's token; each page works without its script.
 */
@NullMarked
package org.todoku.appliance.web.console;

import org.jspecify.annotations.NullMarked;
