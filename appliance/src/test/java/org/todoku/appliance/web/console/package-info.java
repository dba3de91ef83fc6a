/** Tests of the console. */
@NullMarked
package org.todoku.appliance.web.console;

import org.jspecify.annotations.NullMarked;
