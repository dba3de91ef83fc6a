/**
 * Whether the world's mail servers will believe our mail: what DNS says against what it should say.
 *
 * <p>Imports delivery.dkim and names. Promises: tells what to write where, word by word, and never
 * calls good what it could not see.
 */
@NullMarked
package org.todoku.appliance.mailcheck;

import org.jspecify.annotations.NullMarked;
