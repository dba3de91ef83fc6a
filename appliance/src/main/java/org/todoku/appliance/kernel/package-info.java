/**
 * Values without I/O that every feature shares, the table of faults, and the one thread helper.
 *
 * <p>Imports nothing of the appliance. Promises: values are immutable and checked when made;
 * secrets never print themselves.
 */
@NullMarked
package org.todoku.appliance.kernel;

import org.jspecify.annotations.NullMarked;
