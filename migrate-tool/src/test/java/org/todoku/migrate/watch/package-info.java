/** Tests of the watch. */
@NullMarked
package org.todoku.migrate.watch;

import org.jspecify.annotations.NullMarked;
