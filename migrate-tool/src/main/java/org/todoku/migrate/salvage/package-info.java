/**
 * Salvage: the rows that an old data directory has and the archive never got, found by comparing
 * two databases table by table, and put into the new service where nothing newer stands in the way.
 *
 * <p>Imports {@code backup}. Promises: nothing is written to the old directory; nothing that the
 * new service has is overwritten, but an outcome that it does not know by one that the old host
 * knew.
 */
@NullMarked
package org.todoku.migrate.salvage;

import org.jspecify.annotations.NullMarked;
