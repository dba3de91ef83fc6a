/**
 * Signatures on mails that leave (DKIM, RFC 6376), so that receivers can tell them from forged
 * ones: RSA-2048, which every receiver checks, and Ed25519 (RFC 8463), side by side.
 *
 * <p>Imports the kernel only. Promises: what is signed is what is sent, byte for byte; a key that
 * cannot be used stops the start; nothing here asks the network, so mails are signed while the
 * machine is cut off and while its disk hangs.
 */
@NullMarked
package org.todoku.appliance.delivery.dkim;

import org.jspecify.annotations.NullMarked;
