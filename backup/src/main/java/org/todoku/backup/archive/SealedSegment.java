package org.todoku.backup.archive;

/** A segment as it was read, with the hash that its successor must name. */
public record SealedSegment(Segment segment, String hash) {}
