package org.todoku.backup.volume;

/**
 * Consecutive bytes of one log file. Where a chunk starts before the end of what lies there
 * already, it takes the place of everything behind its start (Derby's recovery rewrites a torn
 * tail).
 *
 * @param bytes not copied: whoever makes a chunk gives the array away
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogChunk(LogPosition start, byte[] bytes) {
    public LogPosition end() {
        return start.plus(bytes.length);
    }
}
