/**
 * Rows that an old host committed and the archive never got, put into the service that is now where
 * nothing newer stands in the way.
 *
 * <p>May import {@code account}, {@code message}, {@code store} and {@code kernel}. It reads and
 * writes the tables by what the catalogue says of them, whichever feature they belong to. Promises:
 * nothing that the service has is overwritten, but an outcome that it does not know by one that the
 * old host knew; nothing is sent because of it; the audit trail names who had how many rows of
 * which kind put in.
 */
@NullMarked
package org.todoku.appliance.salvaged;

import org.jspecify.annotations.NullMarked;
