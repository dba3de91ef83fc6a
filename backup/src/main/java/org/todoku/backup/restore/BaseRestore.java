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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
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
 * packs at a time, in any order; packs without such blocks are not read. Each block is compared
 * with the hash that the indexes name for its place before it is written, and the layers leave no
 * place without a block: so the files are proven by what was written, and nothing is read back.
 * Only what an interrupted restore has left is: each whole file, against the hash in the manifest.
 *
 * <p>Costs one pack in memory for each of {@link Workers}'s threads.
 */
final class BaseRestore {
    private static final String COMPLETE = "base";

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
        for (BaseFile file : plan.base().files()) {
            make(plan.base(), file);
        }
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

    private void make(BaseManifest base, BaseFile file) throws IOException {
        Path path = target.resolve(file.path()).normalize();
        if (!path.startsWith(target)) {
            throw damaged(base, "it names a file outside: " + file.path());
        }
        Files.createDirectories(path.resolveSibling("."));
        try (var made = new RandomAccessFile(path.toFile(), "rw")) {
            made.setLength(file.size());
        }
    }

    private void write(Pack pack, BaseLayers layers) throws IOException {
        byte[] content = archive.pack(pack.base(), pack.number());
        if (content.length != pack.bytes()) {
            throw damaged(pack.base(), "pack " + pack.number() + " has another length");
        }
        MessageDigest digest = Sha256.digest();
        int at = 0;
        FileChannel channel = null;
        String open = "";
        try {
            for (Piece piece : pack.pieces()) {
                int length = (int) piece.bytes();
                if (piece.live()) {
                    prove(piece, ByteBuffer.wrap(content, at, length), digest, layers);
                    if (channel == null || !open.equals(piece.file().path())) {
                        closeIfOpen(channel);
                        open = piece.file().path();
                        channel = FileChannel.open(target.resolve(open), StandardOpenOption.WRITE);
                    }
                    long position = (long) piece.first() * BaseManifest.BLOCK;
                    ByteBuffer bytes = ByteBuffer.wrap(content, at, length);
                    while (bytes.hasRemaining()) {
                        position += channel.write(bytes, position);
                    }
                }
                at += length;
            }
        } finally {
            closeIfOpen(channel);
        }
    }

    private static void prove(
            Piece piece, ByteBuffer bytes, MessageDigest digest, BaseLayers layers) {
        BaseFile file = piece.file();
        for (int block = piece.first(); block < piece.first() + piece.count(); block++) {
            digest.update(bytes.limit(bytes.position() + file.blockLength(block)));
            byte[] hash = Arrays.copyOf(digest.digest(), BaseIndex.HASH);
            if (!layers.has(file.path(), block, hash)) {
                throw damaged(
                        layers.layers().getLast().manifest(),
                        "block %d of its file %s differs".formatted(block, file.path()));
            }
        }
    }

    private static void closeIfOpen(@org.jspecify.annotations.Nullable FileChannel channel)
            throws IOException {
        if (channel != null) {
            channel.close();
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
