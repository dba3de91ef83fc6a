/**
 * Mails that were refused, at once or by a notice that came back: why, and what follows for the
 * address.
 *
 * <p>Imports member, account, store and kernel. Promises: a forged notice changes nothing, for it
 * does not know the return path; no address is ever deleted, only quarantined with its reason; one
 * that a filter keeps out is not taken for one that does not exist; whoever writes to us is taken
 * out of quarantine.
 */
@NullMarked
package org.todoku.appliance.delivery.bounce;

import org.jspecify.annotations.NullMarked;
