/**
 * Whether mail would leave, asked before anybody needs it: a morning self-test of each relay, mails
 * to oneself that are read back, and silence where there should be none.
 *
 * <p>Imports: delivery, store, kernel. Promises: every answer comes from memory; what is wrong is
 * one line that says on what and since when.
 */
@NullMarked
package org.todoku.appliance.delivery.health;

import org.jspecify.annotations.NullMarked;
