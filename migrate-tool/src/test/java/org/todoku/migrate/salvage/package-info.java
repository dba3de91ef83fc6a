/** Tests of salvage on real databases. */
@NullMarked
package org.todoku.migrate.salvage;

import org.jspecify.annotations.NullMarked;
