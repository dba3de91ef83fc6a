/**
 * Messages that are sent again and again.
 *
 * <p>Imports: delivery, message, account, store, kernel. Promises: each time is sent once at most,
 * whatever was killed; what became of a time that was missed is in the audit trail.
 */
@NullMarked
package org.todoku.appliance.repeat;

import org.jspecify.annotations.NullMarked;
