/**
 * What lies in the archive: epochs, log segments, bases, capsules; their format, compression and
 * sealing. Knows nothing of a running database. Imports objects, fault.
 */
@NullMarked
package org.todoku.backup.archive;

import org.jspecify.annotations.NullMarked;
