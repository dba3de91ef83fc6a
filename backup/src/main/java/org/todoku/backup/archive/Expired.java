package org.todoku.backup.archive;

/**
 * Up to where the log was given up by retention, as {@code expired/EPOCH-SEQUENCE} says it: what of
 * the chain lies at or before this segment may be missing, and nothing behind it may. Sealed, so
 * that nobody without the key can make a gap look meant. Created before anything is deleted.
 *
 * @param base the oldest base that stays
 * @param at RFC 3339, UTC, by the clock of whoever expired it; for people
 */
public record Expired(long epoch, long sequence, String base, String at) {}
