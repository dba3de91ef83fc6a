/** The server: wiring, configuration and commands. */
@NullMarked
package org.todoku.appliance;

import org.jspecify.annotations.NullMarked;
