/** Tests of the names: a real BIND 9 on loopback, a strict fake of Route 53. */
@NullMarked
package org.todoku.migrate.dns;

import org.jspecify.annotations.NullMarked;
