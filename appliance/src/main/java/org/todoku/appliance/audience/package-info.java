/**
 * Whom a message is for, and which members and addresses that is right now.
 *
 * <p>Imports: member, account, store, kernel. Promises: a member of another organisation is never
 * reached; people who left are never reached.
 */
@NullMarked
package org.todoku.appliance.audience;

import org.jspecify.annotations.NullMarked;
