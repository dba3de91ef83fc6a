/**
 * From the archive to a data directory: the plan, the restore, and the guard and catch-up before a
 * boot (I4). Imports volume, archive, objects, fault.
 */
@NullMarked
package org.todoku.backup.restore;

import org.jspecify.annotations.NullMarked;
