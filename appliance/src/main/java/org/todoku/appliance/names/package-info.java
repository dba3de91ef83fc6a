/**
 * What the domain name system says: mail exchanges, texts, addresses, the names of addresses.
 *
 * <p>Imports nothing of ours. Promises: a name that is not there and a server that does not answer
 * are told apart, always.
 */
@NullMarked
package org.todoku.appliance.names;

import org.jspecify.annotations.NullMarked;
