/**
 * What it takes to try a stall for real: a file system that can be frozen. Used by {@code todoku
 * bench} and by tests; imports nothing of ours, and no other package uses it.
 */
@NullMarked
package org.todoku.backup.bench;

import org.jspecify.annotations.NullMarked;
