/**
 * Organisations, their administrators, sign-in, sessions, API tokens, signed links and the audit
 * trail.
 *
 * <p>Imports: store, kernel. Promises: signing in and opening a session write nothing, so they work
 * while storage stalls; passwords and tokens are kept only as hashes.
 */
@NullMarked
package org.todoku.appliance.account;

import org.jspecify.annotations.NullMarked;
