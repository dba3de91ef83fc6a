/** Benchmarks with a main method: run by hand, never asserted in a test. */
@NullMarked
package org.todoku.backup.bench;

import org.jspecify.annotations.NullMarked;
