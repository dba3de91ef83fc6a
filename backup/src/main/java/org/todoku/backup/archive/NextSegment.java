package org.todoku.backup.archive;

/** What lies under the next key of an epoch. */
public sealed interface NextSegment {
    /** Nothing so far. */
    record NotYet() implements NextSegment {}

    /** The epoch was ended: nothing will follow in it. */
    record Sealed() implements NextSegment {}

    /** The segment. */
    record Found(SealedSegment segment) implements NextSegment {}
}
