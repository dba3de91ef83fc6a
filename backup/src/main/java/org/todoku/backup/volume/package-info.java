/**
 * Derby's storage: every byte of the database directory passes here, and the log bytes are handed
 * on\n * at each force. Promises I2 (a force returns only when the bytes are on the local disk).
 * Imports fault.
 */
@NullMarked
package org.todoku.backup.volume;

import org.jspecify.annotations.NullMarked;
