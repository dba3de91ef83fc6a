package org.todoku.backup.archive;

/**
 * {@code todoku-archive.json}: written once, readable by anybody.
 *
 * @param format version of the archive format
 * @param keyset the archive's keyset, wrapped by the operator's key
 * @param created RFC 3339, UTC
 */
record ArchiveInfo(int format, String archiveId, String created, String keyset) {}
