/**
 * An organisation as one file of CSV and JSON, out of this program and into it again; the file is
 * documented in {@code docs/export-format.md}.
 *
 * <p>May import {@code message}, {@code account}, {@code store} and {@code kernel}. It reads and
 * writes the tables by their columns, whichever feature they belong to: {@link
 * org.todoku.appliance.portable.PortableTables} says for each what becomes of it.
 *
 * <p>Promises: everything that belongs to an organisation is in the file, but no secret. An import
 * happens whole or not at all, and no mail is ever sent because of one.
 */
@NullMarked
package org.todoku.appliance.portable;

import org.jspecify.annotations.NullMarked;
