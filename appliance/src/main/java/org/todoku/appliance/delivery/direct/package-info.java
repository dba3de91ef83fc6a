/**
 * Where mail for a domain goes when no relay is configured: its mail servers, and how well the way
 * to them must be protected.
 *
 * <p>Imports names. Promises: a domain that wants its mail protected (MTA-STS, RFC 8461) gets it
 * protected or not at all; one that takes no mail (RFC 7505) is told apart from one that cannot be
 * looked up.
 */
@NullMarked
package org.todoku.appliance.delivery.direct;

import org.jspecify.annotations.NullMarked;
