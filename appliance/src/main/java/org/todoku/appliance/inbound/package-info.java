/**
 * Mail that comes in: join by empty mail, leave, inquiries, bounces.
 *
 * <p>Imports: delivery, member, account, store, kernel. Promises: a mail is stored durably before
 * it is accepted with 250; each is worked off at least once, and doing it twice changes nothing;
 * machines are never answered (RFC 3834).
 */
@NullMarked
package org.todoku.appliance.inbound;

import org.jspecify.annotations.NullMarked;
