/** Tests of the shell around all pages. */
@NullMarked
package org.todoku.appliance.web;

import org.jspecify.annotations.NullMarked;
