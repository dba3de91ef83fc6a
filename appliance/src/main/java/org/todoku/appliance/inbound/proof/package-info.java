/**
 * Whether a mail is really from the address in its From: DKIM and SPF, aligned as DMARC wants it.
 *
 * <p>Imports names and kernel. Promises: what cannot be shown counts as not shown, with the reason;
 * nothing is believed that a server before us says it has checked.
 */
@NullMarked
package org.todoku.appliance.inbound.proof;

import org.jspecify.annotations.NullMarked;
