/**
 * The ledger (one row per message and address), the dispatcher that works it off over SMTP,
 * automatic mails, and who read what.
 *
 * <p>Imports: message, audience, member, account, store, kernel. Promises: after any crash every
 * row is one of handed over, certainly not sent, in doubt; a claim is durable, by the {@link
 * Durability} port also outside this machine, before its mail leaves; only rows in doubt can ever
 * be doubled.
 */
@NullMarked
package org.todoku.appliance.delivery;

import org.jspecify.annotations.NullMarked;
