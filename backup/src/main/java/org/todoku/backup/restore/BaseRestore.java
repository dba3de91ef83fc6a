package org.todoku.backup.restore;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Writes the files of a base: of each pack the blocks that no later increment replaces, several
 * packs at a time, in any order; packs without such blocks are not read. The seal proves that a
 * pack is the one that was put there. Before a block is written its CRC-32C is compared with the
 * one that the indexes name for its place, and the layers leave no place without a block: so the
 * files are proven by what was written, and nothing is read back. Only what an interrupted restore
 * has left is: each whole file, against the hash in the manifest.
 *
 * <p>Costs one pack in memory, packed, for each of {@link Workers}'s threads.
 */
final class BaseRestore {
    private static final String COMPLETE = "base";

    /** Blocks that are in memory at a time. */
    private static final int CHUNK = 64;

    private final Archive archive;
    private final Path target;
    private final RestoreJournal journal;
    private final Restore.Progress progress;
    private final AtomicLong written = new AtomicLong();

    BaseRestore(Archive archive, Path target, RestoreJournal journal, Restore.Progress progress) {
        this.archive = archive;
        this.target = target;
        this.journal = journal;
        this.progress = progress;
    }

    /** Blocks of one file that lie one after the other in a pack. */
    private record Piece(BaseFile file, int first, int count, boolean live) {
        long bytes() {
            return (long) (count - 1) * BaseManifest.BLOCK + file.blockLength(first + count - 1);
        }
    }

    private record Pack(String base, int number, long bytes, List<Piece> pieces) {
        String key() {
            return base + "/" + number;
        }

        boolean isLive() {
            return pieces.stream().anyMatch(Piece::live);
        }
    }

    /** Carries it out; what the journal has is not read again. */
    void run(RestorePlan plan) throws IOException {
        if (journal.has(COMPLETE)) {
            return;
        }
        boolean resumed = journal.isResumed();
        try {
            write(plan);
            if (resumed) {
                readBack(plan.base());
            }
        } catch (BackupException e) {
            if (!resumed || e.fault() != BackupFault.OBJECT_DAMAGED) {
                throw e;
            }
            // Perhaps the machine failed too and what the journal has never came to the disk.
            journal.startOver(plan.base().id());
            write(plan);
        }
        journal.done(COMPLETE);
    }

    private void write(RestorePlan plan) throws IOException {
        BaseLayers layers = BaseLayers.read(archive, plan.bases());
        List<Pack> packs = packs(layers);
        List<Callable<Boolean>> makes = new ArrayList<>();
        for (BaseFile file : plan.base().files()) {
            makes.add(() -> make(plan.base(), file));
        }
        Workers.run("making the files of base " + plan.base().id(), makes);
        long of = packs.stream().mapToLong(Pack::bytes).sum();
        written.set(0);
        List<Callable<Boolean>> reads = new ArrayList<>();
        for (Pack pack : packs) {
            reads.add(
                    () -> {
                        if (!journal.has(pack.key())) {
                            write(pack, layers);
                            journal.done(pack.key());
                        }
                        progress.base(written.addAndGet(pack.bytes()), of);
                        return true;
                    });
        }
        Workers.run("restoring base " + plan.base().id(), reads);
    }

    private void readBack(BaseManifest base) throws IOException {
        List<Callable<Boolean>> checks = new ArrayList<>();
        for (BaseFile file : base.files()) {
            checks.add(() -> check(base, file));
        }
        Workers.run("checking base " + base.id(), checks);
    }

    private static List<Pack> packs(BaseLayers layers) {
        List<Pack> packs = new ArrayList<>();
        for (int layer = 0; layer < layers.layers().size(); layer++) {
            BaseLayers.Layer of = layers.layers().get(layer);
            packs.addAll(new Cutter(layers, layer).cut(of.manifest(), of.index()));
        }
        return packs.stream().filter(Pack::isLive).toList();
    }

    private boolean make(BaseManifest base, BaseFile file) throws IOException {
        Path path = target.resolve(file.path()).normalize();
        if (!path.startsWith(target)) {
            throw damaged(base, "it names a file outside: " + file.path());
        }
        Files.createDirectories(path.resolveSibling("."));
        try (var made = new RandomAccessFile(path.toFile(), "rw")) {
            made.setLength(file.size());
        }
        return true;
    }

    private void write(Pack pack, BaseLayers layers) throws IOException {
        try (InputStream in = archive.packStream(pack.base(), pack.number());
                Pieces files = new Pieces(layers)) {
            for (Piece piece : pack.pieces()) {
                files.write(piece, in);
            }
            if (in.read() >= 0) {
                throw damaged(pack.base(), "pack " + pack.number() + " has another length");
            }
        }
    }

    private boolean check(BaseManifest base, BaseFile file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(target.resolve(file.path()))) {
            byte[] buffer = new byte[256 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            throw damaged(base, "its file " + file.path() + " differs");
        }
        return true;
    }

    private static BackupException damaged(BaseManifest base, String why) {
        return damaged(base.id(), why);
    }

    private static BackupException damaged(String base, String why) {
        return new BackupException(
                BackupFault.OBJECT_DAMAGED,
                "restoring base " + base,
                why,
                "restore from an older base (--at), or from another copy of the archive");
    }

    /** Writes the pieces of one pack, each block proven before; one file is open at a time. */
    private final class Pieces implements AutoCloseable {
        private final BaseLayers layers;
        private final byte[] buffer = new byte[CHUNK * BaseManifest.BLOCK];
        private @Nullable FileChannel channel;
        private String open = "";

        Pieces(BaseLayers layers) {
            this.layers = layers;
        }

        void write(Piece piece, InputStream in) throws IOException {
            BaseFile file = piece.file();
            for (int done = 0; done < piece.count(); done += CHUNK) {
                int first = piece.first() + done;
                int count = Math.min(CHUNK, piece.count() - done);
                int length = (int) new Piece(file, first, count, piece.live()).bytes();
                if (in.readNBytes(buffer, 0, length) < length) {
                    throw damaged(newest(), "a pack of it has another length");
                }
                if (piece.live()) {
                    prove(file, first, count);
                    write(file, first, ByteBuffer.wrap(buffer, 0, length));
                }
            }
        }

        private void prove(BaseFile file, int first, int count) {
            for (int i = 0; i < count; i++) {
                int length = file.blockLength(first + i);
                int sum = BaseIndex.sum(buffer, i * BaseManifest.BLOCK, length);
                if (!layers.hasSum(file.path(), first + i, sum)) {
                    throw damaged(
                            newest(),
                            "block %d of its file %s differs".formatted(first + i, file.path()));
                }
            }
        }

        private void write(BaseFile file, int first, ByteBuffer bytes) throws IOException {
            FileChannel to = channel;
            if (to == null || !open.equals(file.path())) {
                close();
                open = file.path();
                to = FileChannel.open(target.resolve(open), StandardOpenOption.WRITE);
                channel = to;
            }
            long position = (long) first * BaseManifest.BLOCK;
            while (bytes.hasRemaining()) {
                position += to.write(bytes, position);
            }
        }

        private BaseManifest newest() {
            return layers.layers().getLast().manifest();
        }

        @Override
        public void close() throws IOException {
            FileChannel to = channel;
            channel = null;
            if (to != null) {
                to.close();
            }
        }
    }

    /** Lays the blocks of one layer into its packs. */
    private static final class Cutter {
        private final BaseLayers layers;
        private final int layer;
        private final List<Piece> pieces = new ArrayList<>();
        private final List<Pack> packs = new ArrayList<>();
        private long filled;

        Cutter(BaseLayers layers, int layer) {
            this.layers = layers;
            this.layer = layer;
        }

        List<Pack> cut(BaseManifest base, BaseIndex index) {
            for (BaseIndex.Run run : index.runs()) {
                BaseFile file = base.files().get(run.file());
                for (int block = run.first(); block < run.first() + run.count(); block++) {
                    add(base, file, block);
                }
            }
            if (filled > 0) {
                close(base);
            }
            if (packs.size() != base.packs().size()) {
                throw damaged(base, "its packs do not hold what its index names");
            }
            return packs;
        }

        private void add(BaseManifest base, BaseFile file, int block) {
            boolean live = layers.layerOf(file.path(), block) == layer;
            Piece last = pieces.isEmpty() ? null : pieces.getLast();
            if (last != null
                    && last.file().equals(file)
                    && last.live() == live
                    && last.first() + last.count() == block) {
                pieces.set(
                        pieces.size() - 1, new Piece(file, last.first(), last.count() + 1, live));
            } else {
                pieces.add(new Piece(file, block, 1, live));
            }
            filled += file.blockLength(block);
            int pack = packs.size();
            if (pack < base.packs().size() && filled == base.packs().get(pack)) {
                close(base);
            }
        }

        private void close(BaseManifest base) {
            int number = packs.size() + 1;
            if (number > base.packs().size() || filled != base.packs().get(number - 1)) {
                throw damaged(base, "its packs do not hold what its index names");
            }
            packs.add(new Pack(base.id(), number, filled, List.copyOf(pieces)));
            pieces.clear();
            filled = 0;
        }
    }
}
