/**
 * What people are told when they cannot reach the server: a static status page in another place,
 * which turns red by itself, and the operator's notice on it.
 *
 * <p>Imports: kernel, and the object stores of the backup. Promises: no member, no address and no
 * secret is published; what is published says when it was true; nothing waits for the place where
 * it goes.
 */
@NullMarked
package org.todoku.appliance.continuity.outside;

import org.jspecify.annotations.NullMarked;
