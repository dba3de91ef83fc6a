/** Tests of what comes out of the archive. */
@NullMarked
package org.todoku.backup.restore;

import org.jspecify.annotations.NullMarked;
