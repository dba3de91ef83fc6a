/**
 * Making names lead to the host that has the service now: dynamic updates (RFC 2136), Route 53, and
 * executables of the operator's own.
 *
 * <p>Imports nothing of ours but the configuration. Promises: each call has a deadline; doing it
 * again does no harm; what it cannot do it says, and leaves to the operator.
 */
@NullMarked
package org.todoku.migrate.dns;

import org.jspecify.annotations.NullMarked;
