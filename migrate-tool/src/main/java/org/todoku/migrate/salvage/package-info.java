/**
 * Salvage: the rows that an old data directory has and the archive never got, found by comparing
 * two databases table by table. The appliance's {@code salvaged} puts them into the new service.
 *
 * <p>Imports {@code backup}, and {@code salvaged} of the appliance. Promises: nothing is written to
 * the old directory.
 */
@NullMarked
package org.todoku.migrate.salvage;

import org.jspecify.annotations.NullMarked;
