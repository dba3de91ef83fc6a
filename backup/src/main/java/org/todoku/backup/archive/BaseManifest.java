package org.todoku.backup.archive;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.todoku.backup.volume.LogPosition;

/**
 * What a base consists of. It is written last: a base without its manifest is none.
 *
 * @param id {@code EPOCH-NUMBER}, as in its keys
 * @param taken RFC 3339, UTC: when the directory was as this base holds it
 * @param parent the base whose blocks this one goes on from; empty for a full base
 * @param depth how many bases lie under this one; 0 for a full base
 * @param chain a segment that ends at or before the end of this base, the last one as a rule; a
 *     restore applies those after it
 * @param logStart the first log file in the base
 * @param end the log must be there up to this before the base may be booted: pages may be newer
 *     than anything before it
 * @param packs how many bytes each of its packs holds, not compressed
 * @param files all files of the directory, also those of which this base holds no block
 */
public record BaseManifest(
        String id,
        String taken,
        String version,
        Optional<String> parent,
        int depth,
        ForkPoint chain,
        long logStart,
        LogPosition end,
        List<Long> packs,
        List<BaseFile> files) {
    /** Bytes of a block: what is compared, and what travels when it differs. */
    public static final int BLOCK = 4096;

    public BaseManifest {
        packs = List.copyOf(packs);
        files = List.copyOf(files);
    }

    /**
     * The same base in another archive.
     *
     * @param named what bases are called there
     * @param otherChain the segment after which the log goes on there
     */
    public BaseManifest in(UnaryOperator<String> named, ForkPoint otherChain) {
        return new BaseManifest(
                named.apply(id),
                taken,
                version,
                parent.map(named),
                depth,
                otherChain,
                logStart,
                end,
                packs,
                files);
    }

    /** The size of the whole directory. */
    public long bytes() {
        return files.stream().mapToLong(BaseFile::size).sum();
    }

    /** What this base holds itself, not compressed. */
    public long ownBytes() {
        return packs.stream().mapToLong(Long::longValue).sum();
    }

    /**
     * One file of the database directory.
     *
     * @param path relative, parts separated by slashes
     */
    public record BaseFile(String path, long size, String sha256) {
        public int blocks() {
            return Math.toIntExact((size + BLOCK - 1) / BLOCK);
        }

        /** The last block is as long as the file needs it. */
        public int blockLength(int block) {
            return (int) Math.min(BLOCK, size - (long) block * BLOCK);
        }
    }
}
