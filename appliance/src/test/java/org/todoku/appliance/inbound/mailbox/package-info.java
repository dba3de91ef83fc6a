/** Tests of the mailbox against a real IMAP server. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.inbound.mailbox;
