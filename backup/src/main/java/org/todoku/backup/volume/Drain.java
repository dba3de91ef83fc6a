package org.todoku.backup.volume;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.Operation.Call;
import org.todoku.backup.volume.Operation.Create;
import org.todoku.backup.volume.Operation.Delete;
import org.todoku.backup.volume.Operation.KeepPrivate;
import org.todoku.backup.volume.Operation.MakeFolder;
import org.todoku.backup.volume.Operation.Rename;
import org.todoku.backup.volume.Operation.SetLength;
import org.todoku.backup.volume.Operation.Sync;
import org.todoku.backup.volume.Operation.Write;

/**
 * The only thread that writes to the data disk. It carries the queue out in its order, so that the
 * directory on the disk is at every moment a prefix of what Derby asked for, and a barrier is on
 * the disk before anything behind it is begun.
 *
 * <p>Consecutive bytes of a file become one write. Syncs of one file with nothing but writes to
 * that file between them become one: this is the group commit. A log file comes to its name only
 * with its header whole and room ahead, since Derby does not boot on less than a header and a sync
 * that must not grow the file costs half.
 *
 * <p>A full disk is tried again until there is room. Any other failure is the end: nothing is
 * written after it, for a disk that lost a write may lie about the next, and a force that failed is
 * never repeated. It costs one thread, and 256 KiB outside the heap.
 */
final class Drain {
    private static final System.Logger LOG = System.getLogger(Drain.class.getName());
    private static final int GATHER = 256 * 1024;
    private static final Duration FULL_PAUSE = Duration.ofMillis(200);
    private static final int COMPLETE_EVERY = 256;
    private static final long IDLE_NANOS = Duration.ofSeconds(10).toNanos();

    private final WriteQueue queue;
    private final Disk disk;
    private final Consumer<Force> forced;
    private final Thread thread;
    private final LogFiles logFiles;
    private final IdleProbe probe;

    private final ByteBuffer gathered = ByteBuffer.allocateDirect(GATHER);
    private @Nullable Node gatheringFor;
    private long gatheredAt;
    private @Nullable Node toSync;
    private final Set<Node> dirty = new HashSet<>();
    private final List<Operation> carriedOut = new ArrayList<>();

    private volatile long callSince;
    private volatile @Nullable String trouble;
    private volatile @Nullable IOException broken;
    private volatile boolean abandoned;

    Drain(WriteQueue queue, Disk disk, Consumer<Force> forced, IdleProbe probe) {
        this.probe = probe;
        this.queue = queue;
        this.disk = disk;
        this.forced = forced;
        this.logFiles = new LogFiles(disk);
        this.thread = Thread.ofPlatform().daemon().name("volume-drain").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Nanoseconds for which the disk has not answered the present call; 0 when none is out. */
    long waitingNanos() {
        long asked = probe.sinceNanos();
        long since = asked == 0 ? callSince : asked;
        return since == 0 ? 0 : Math.max(1, System.nanoTime() - since);
    }

    /** Why the disk does not get its writes just now. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** The failure after which nothing is written any more; null while there was none. */
    @Nullable IOException broken() {
        return broken;
    }

    /** Carries the rest out after the queue was closed. False when that took too long. */
    boolean finish(Duration deadline) {
        try {
            boolean ended = thread.join(deadline);
            abandoned = true;
            return ended && broken == null;
        } catch (InterruptedException e) {
            abandoned = true;
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        Deque<Operation> round = new ArrayDeque<>();
        try {
            for (round = queue.take(IDLE_NANOS);
                    !round.isEmpty() || !queue.isOver();
                    round = queue.take(IDLE_NANOS)) {
                if (round.isEmpty()) {
                    probe.ask();
                } else {
                    carryOut(round);
                }
            }
        } catch (IOException | RuntimeException e) {
            IOException why = e instanceof IOException io ? io : new IOException(e);
            broken = why;
            callSince = 0;
            trouble = "writing to the data disk failed: " + why.getMessage();
            LOG.log(Level.ERROR, trouble + "; nothing more is written to it until a restart", e);
            refuse(carriedOut, why);
            refuse(round, why);
            refuseEverything(why);
        } finally {
            disk.close();
        }
    }

    /** Answers whoever waits for what will never be done. */
    private void refuseEverything(IOException why) {
        while (true) {
            Deque<Operation> round = queue.take(IDLE_NANOS);
            if (round.isEmpty() && queue.isOver()) {
                return;
            }
            refuse(round, why);
        }
    }

    private static void refuse(Iterable<Operation> operations, IOException why) {
        for (Operation operation : operations) {
            if (operation instanceof Sync sync && sync.force() != null) {
                sync.force().fail(why);
            } else if (operation instanceof Call call) {
                call.task().cancel(false);
            }
        }
    }

    private void carryOut(Deque<Operation> round) throws IOException {
        while (!round.isEmpty()) {
            Operation operation = round.getFirst();
            settleBefore(operation);
            carryOut(operation);
            carriedOut.add(operation);
            round.removeFirst();
            if (carriedOut.size() >= COMPLETE_EVERY && toSync == null) {
                writeGathered();
                complete();
            }
        }
        writeGathered();
        sync();
        complete();
    }

    /** Only what belongs to the same file may go into the same write or the same sync. */
    private void settleBefore(Operation operation) throws IOException {
        switch (operation) {
            case Write write -> {
                if (write.node() != gatheringFor) {
                    writeGathered();
                }
                if (write.node() != toSync) {
                    sync();
                }
            }
            case Sync sync -> {
                writeGathered();
                if (sync.node() != toSync) {
                    sync();
                }
            }
            default -> {
                writeGathered();
                sync();
            }
        }
    }

    private void carryOut(Operation operation) throws IOException {
        switch (operation) {
            case Write write -> gather(write);
            case Sync sync -> toSync = sync.node();
            case Create create -> create(create);
            case SetLength cut -> setLength(cut);
            case MakeFolder folder -> attempt(() -> disk.makeFolder(folder.path()));
            case Delete delete -> delete(delete);
            case Rename rename -> {
                attempt(() -> disk.rename(rename.from(), rename.to()));
                rename.node().place(rename.to());
            }
            case KeepPrivate mine -> {
                if (mine.node() == null || !logFiles.keepPrivate(mine.node())) {
                    attempt(() -> disk.keepPrivate(mine.path()));
                }
            }
            case Call call -> {
                complete();
                call.task().run();
            }
        }
    }

    private void create(Create create) throws IOException {
        if (create.node().isLog()) {
            logFiles.begin(create);
        } else {
            attempt(() -> disk.create(create.path()));
            create.node().place(create.path());
        }
    }

    private void delete(Delete delete) throws IOException {
        Node node = delete.node();
        if (node != null) {
            node.place(null);
            dirty.remove(node);
            logFiles.forget(node);
        }
        attempt(() -> disk.delete(delete.path()));
    }

    private void setLength(SetLength cut) throws IOException {
        Path place = cut.node().place();
        if (place != null) {
            attempt(() -> disk.setLength(place, cut.length()));
            dirty.add(cut.node());
        }
    }

    private void gather(Write write) throws IOException {
        Node node = write.node();
        if (logFiles.isBeginning(node)) {
            attempt(() -> logFiles.add(write));
            return;
        }
        if (gatheringFor == node
                && gatheredAt + gathered.position() == write.at()
                && gathered.remaining() >= write.bytes().length) {
            gathered.put(write.bytes());
            return;
        }
        writeGathered();
        if (write.bytes().length > gathered.capacity()) {
            writeOut(node, write.at(), ByteBuffer.wrap(write.bytes()));
        } else {
            gatheringFor = node;
            gatheredAt = write.at();
            gathered.put(write.bytes());
        }
    }

    private void writeGathered() throws IOException {
        Node node = gatheringFor;
        if (node != null) {
            gathered.flip();
            writeOut(node, gatheredAt, gathered);
            gathered.clear();
            gatheringFor = null;
        }
    }

    private void writeOut(Node node, long at, ByteBuffer bytes) throws IOException {
        Path place = node.place();
        // Derby may write to a file it has deleted; then nobody can read it either.
        if (place != null) {
            dirty.add(node);
            attempt(() -> disk.write(place, at, bytes.duplicate()));
        }
    }

    private void sync() throws IOException {
        Node node = toSync;
        if (node == null) {
            return;
        }
        if (logFiles.isBeginning(node)) {
            attempt(() -> logFiles.finish(node));
        }
        Path place = node.place();
        if (place != null && dirty.remove(node)) {
            callSince = System.nanoTime() | 1;
            disk.force(place);
            callSince = 0;
        }
        toSync = null;
        complete();
    }

    /** What was carried out leaves the memory, and whoever waited for it goes on. */
    private void complete() {
        long weight = 0;
        for (Operation operation : carriedOut) {
            weight += operation.weight();
            if (operation instanceof Sync sync && sync.force() != null) {
                forced.accept(sync.force());
                sync.force().done();
            }
        }
        for (Operation operation : carriedOut) {
            if (operation instanceof Write write) {
                write.node().drained(write);
            }
        }
        carriedOut.clear();
        queue.drained(weight);
    }

    /** Tries again while the disk is full; what was written of it is written again, the same. */
    private void attempt(DiskCall call) throws IOException {
        callSince = System.nanoTime() | 1;
        while (true) {
            try {
                call.run();
                break;
            } catch (IOException e) {
                if (!isFull(e) || abandoned) {
                    throw e;
                }
                if (trouble == null) {
                    trouble = "the data disk is full: " + e.getMessage();
                    LOG.log(Level.WARNING, trouble);
                }
                LockSupport.parkNanos(FULL_PAUSE.toNanos());
            }
        }
        callSince = 0;
        if (trouble != null) {
            LOG.log(Level.INFO, "the data disk has room again");
            trouble = null;
        }
    }

    /** Java keeps no error number: the text is what the C library says of ENOSPC and EDQUOT. */
    private static boolean isFull(IOException e) {
        String text = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("no space left") || text.contains("quota exceeded");
    }

    /** A call that may be repeated. */
    private interface DiskCall {
        void run() throws IOException;
    }

    /** Log files that Derby has created and that have no whole header yet. */
    private static final class LogFiles {
        private static final int ROOM = 1024 * 1024 + 64 * 1024;

        private final Disk disk;
        private final Map<Node, Beginning> beginnings = new HashMap<>();

        /** A log file on the way; its bytes so far, with zeros behind them. */
        private static final class Beginning {
            private final Path path;
            private final ByteBuffer bytes = ByteBuffer.allocate(ROOM);
            private boolean isPrivate;

            Beginning(Path path) {
                this.path = path;
            }
        }

        LogFiles(Disk disk) {
            this.disk = disk;
        }

        boolean isBeginning(Node node) {
            return !beginnings.isEmpty() && beginnings.containsKey(node);
        }

        void begin(Create create) {
            beginnings.put(create.node(), new Beginning(create.path()));
        }

        /** Remembers it for a file that is not there yet; false for any other. */
        boolean keepPrivate(Node node) {
            Beginning beginning = beginnings.get(node);
            if (beginning != null) {
                beginning.isPrivate = true;
            }
            return beginning != null;
        }

        void forget(Node node) {
            beginnings.remove(node);
        }

        void add(Write write) throws IOException {
            Beginning beginning = beginnings.get(write.node());
            if (beginning == null) {
                return;
            }
            ByteBuffer bytes = beginning.bytes;
            boolean fits = write.end() <= ROOM;
            if (fits) {
                bytes.put((int) write.at(), write.bytes());
                bytes.position(Math.max(bytes.position(), (int) write.end()));
            }
            if (bytes.position() >= LogScan.HEADER || !fits) {
                finish(write.node());
            }
            if (!fits) {
                disk.write(beginning.path, write.at(), ByteBuffer.wrap(write.bytes()));
            }
        }

        /** All bytes and the zeros ahead under another name, forced, then under its own. */
        void finish(Node node) throws IOException {
            Beginning beginning = beginnings.get(node);
            if (beginning == null) {
                return;
            }
            Path path = beginning.path;
            Path temporary = path.resolveSibling(path.getFileName() + ".new");
            disk.create(temporary);
            disk.write(temporary, 0, ByteBuffer.wrap(beginning.bytes.array()));
            if (beginning.isPrivate) {
                disk.keepPrivate(temporary);
            }
            disk.force(temporary);
            disk.rename(temporary, path);
            disk.forceFolder(path.resolveSibling("."));
            node.place(path);
            beginnings.remove(node);
        }
    }
}
