/**
 * Members, their addresses, profile items, and member lists read from CSV.
 *
 * <p>Imports: account, store, kernel. Promises: one person does not join twice under two spellings
 * of one address; lists shown to administrators never hold an address; an import happens whole or
 * not at all.
 */
@NullMarked
package org.todoku.appliance.member;

import org.jspecify.annotations.NullMarked;
