package org.todoku.backup.archive;

import java.util.List;
import org.todoku.backup.volume.LogPosition;

/**
 * What a base consists of. It is written last: a base without its manifest is none.
 *
 * @param id {@code EPOCH-NUMBER}, as in its keys
 * @param taken RFC 3339, UTC: when it was complete
 * @param chain the last segment that was in the archive when the copy began; a restore applies
 *     those after it
 * @param logStart the first log file in the base
 * @param end the log must be there up to this before the base may be booted: pages may be newer
 *     than anything before it
 * @param packs how many packs hold the files' bytes, one after the other
 */
public record BaseManifest(
        String id,
        String taken,
        String version,
        ForkPoint chain,
        long logStart,
        LogPosition end,
        int packs,
        List<BaseFile> files) {
    public BaseManifest {
        files = List.copyOf(files);
    }

    public long bytes() {
        return files.stream().mapToLong(BaseFile::size).sum();
    }

    /**
     * One file of the database directory.
     *
     * @param path relative, parts separated by slashes
     */
    public record BaseFile(String path, long size, String sha256) {}
}
