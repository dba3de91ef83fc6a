/**
 * From the running database to the archive: the log shipper and the base backup. Promises I3 (what
 * is shipped is gap-free and chained). Imports volume, archive, objects, fault.
 */
@NullMarked
package org.todoku.backup.ship;

import org.jspecify.annotations.NullMarked;
