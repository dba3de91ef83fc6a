package org.todoku.backup.archive;

import org.todoku.backup.volume.LogPosition;

/**
 * The last segment of an earlier epoch that counts: what that epoch's writer shipped after it is
 * not part of the chain (but is not thrown away either).
 *
 * @param epoch the epoch under which that segment was shipped
 * @param sequence number of the segment; 0 only in the first base of all, which needs none
 * @param hash of the segment, in hex; empty with sequence 0
 * @param end position behind the last byte shipped
 */
public record ForkPoint(long epoch, long sequence, String hash, LogPosition end) {}
