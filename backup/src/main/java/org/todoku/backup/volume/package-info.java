/**
 * Derby's storage as an ordered write-behind: every byte of the database directory passes here, is
 * kept in memory, handed to the archive at once if it is log, and carried to the disk by one
 * thread. Promises I1 (the directory on the disk is at every moment a prefix of what Derby asked
 * for, with every confirmed force in it) and I2 (a force returns only when its policy is met).
 * Imports nothing of ours.
 */
@NullMarked
package org.todoku.backup.volume;

import org.jspecify.annotations.NullMarked;
