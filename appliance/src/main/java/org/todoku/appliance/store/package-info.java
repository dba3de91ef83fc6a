/**
 * The database door: connections, transactions, the schema and the gate that writers pass.
 *
 * <p>Imports: kernel. Promises: a transaction is applied whole or not at all; every call comes back
 * by its deadline; a closed gate refuses at once and nothing has happened. Knows no feature's
 * tables.
 */
@NullMarked
package org.todoku.appliance.store;

import org.jspecify.annotations.NullMarked;
