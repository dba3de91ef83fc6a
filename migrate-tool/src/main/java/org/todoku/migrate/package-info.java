/** The command line for moves, drills and rescue: one class per command. */
@NullMarked
package org.todoku.migrate;

import org.jspecify.annotations.NullMarked;
