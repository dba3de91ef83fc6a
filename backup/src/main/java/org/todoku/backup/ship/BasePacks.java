package org.todoku.backup.ship;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Sha256;

/** Puts the blocks that the bases under this one do not have into packs, and notes which. */
final class BasePacks {
    /** At most 52 objects for a gigabyte. */
    private static final int PACK = 32 * 1024 * 1024;

    private static final int CHUNK = 64 * BaseManifest.BLOCK;

    private final Archive archive;
    private final String id;
    private final BaseLayers under;
    private final byte[] pack = new byte[PACK];
    private int filled;
    private final List<Long> packs = new ArrayList<>();
    private final List<BaseFile> files = new ArrayList<>();
    private final List<BaseIndex.Run> runs = new ArrayList<>();
    private byte[] runMarks = new byte[0];
    private int runFirst;
    private int runCount;

    BasePacks(Archive archive, String id, BaseLayers under) {
        this.archive = archive;
        this.id = id;
        this.under = under;
    }

    /** The bytes of a file; each is asked for once, in order. */
    interface Content {
        byte[] read(long from, int length) throws IOException;
    }

    void add(String path, long size, Content content) throws IOException {
        MessageDigest whole = Sha256.digest();
        for (long from = 0; from < size; from += CHUNK) {
            byte[] chunk = content.read(from, (int) Math.min(CHUNK, size - from));
            whole.update(chunk);
            for (int at = 0; at < chunk.length; at += BaseManifest.BLOCK) {
                int length = Math.min(BaseManifest.BLOCK, chunk.length - at);
                int block = (int) ((from + at) / BaseManifest.BLOCK);
                byte[] mark = BaseIndex.mark(chunk, at, length);
                if (!under.has(path, block, mark)) {
                    put(chunk, at, length);
                    note(block, mark);
                }
            }
        }
        closeRun();
        files.add(new BaseFile(path, size, HexFormat.of().formatHex(whole.digest())));
    }

    private void put(byte[] bytes, int at, int length) {
        if (filled + length > PACK) {
            flush();
        }
        System.arraycopy(bytes, at, pack, filled, length);
        filled += length;
    }

    private void note(int block, byte[] mark) {
        if (runCount > 0 && block != runFirst + runCount) {
            closeRun();
        }
        if (runCount == 0) {
            runFirst = block;
        }
        int at = runCount * BaseIndex.MARK;
        if (at == runMarks.length) {
            runMarks = Arrays.copyOf(runMarks, Math.max(16 * BaseIndex.MARK, at * 2));
        }
        System.arraycopy(mark, 0, runMarks, at, BaseIndex.MARK);
        runCount++;
    }

    private void closeRun() {
        if (runCount > 0) {
            byte[] marks = Arrays.copyOf(runMarks, runCount * BaseIndex.MARK);
            runs.add(new BaseIndex.Run(files.size(), runFirst, marks));
            runCount = 0;
        }
    }

    private void flush() {
        if (filled > 0) {
            archive.putPack(id, packs.size() + 1, Arrays.copyOf(pack, filled));
            packs.add((long) filled);
            filled = 0;
        }
    }

    /** Puts the rest, and the index; without a manifest it is no base yet. */
    BaseIndex finish() {
        flush();
        BaseIndex index = new BaseIndex(runs);
        archive.putIndex(id, index);
        return index;
    }

    List<Long> packs() {
        return packs;
    }

    List<BaseFile> files() {
        return files;
    }
}
