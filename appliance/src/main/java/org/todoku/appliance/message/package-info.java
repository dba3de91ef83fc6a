/**
 * What someone wrote to an audience, and the states it passes through.
 *
 * <p>Imports: audience, member, account, store, kernel. Promises: limits are checked when the value
 * is made; a state changes only by a named transition whose row count is checked. Sends nothing
 * itself.
 */
@NullMarked
package org.todoku.appliance.message;

import org.jspecify.annotations.NullMarked;
