/**
 * A mailbox at a provider as the source of incoming mail, by IMAP.
 *
 * <p>Imports inbound, delivery (its port to the archive), account and kernel. Promises: a mail is
 * stored, and in the archive where there is one, before it is marked read; one that cannot be taken
 * is flagged in the mailbox and holds up no other; nothing is ever deleted there.
 */
@NullMarked
package org.todoku.appliance.inbound.mailbox;

import org.jspecify.annotations.NullMarked;
