package org.todoku.backup.volume;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.derby.impl.store.raw.log.LogToFile;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.volume.Operation.Call;
import org.todoku.backup.volume.Operation.SetLength;
import org.todoku.backup.volume.Operation.Sync;
import org.todoku.backup.volume.Operation.Write;

/**
 * One database directory as Derby sees it through our storage factory: an ordered write-behind.
 * What Derby writes goes to memory and into one queue; one thread carries the queue out on the
 * disk, in order. What Derby reads comes from memory first.
 *
 * <p>Promises: at every moment the directory on the disk is a prefix of what Derby asked for, up to
 * the whole of every force that was confirmed (I1); a force of the log returns only when its policy
 * is met (I2); nothing but a force of the log, a full memory and a file that is cut waits for the
 * disk. Costs: up to {@code write-behind-max} of memory, two threads, and one hand-over per force.
 * Does not: keep what is only in memory over the death of the process (the archive has its log),
 * time out the reading of a cold page, protect a page from being torn (nor does Derby).
 *
 * <p>Thread-safe. While it is attached nobody else may change the directory.
 */
public final class Volume {
    private static final System.Logger LOG = System.getLogger(Volume.class.getName());
    private static final Duration DETACH = Duration.ofMinutes(1);
    private static final Duration SNAPSHOT = Duration.ofMinutes(1);

    private final Path directory;
    private final LogTap tap;
    private final WriteQueue queue;
    private final Tree tree;
    private final SnapshotDisk snapshots;
    private final Drain drain;
    private final Forces forces;
    private final StorageWatch watch;
    private volatile @Nullable LogToFile appendable;

    private Volume(
            Path directory,
            LogTap tap,
            VolumeSettings settings,
            VolumeListener listener,
            Disk disk) {
        this.directory = directory;
        this.tap = tap;
        HandOver handOver = new HandOver();
        this.queue = new WriteQueue(settings.writeBehindMax(), handOver);
        this.tree = new Tree(directory, queue);
        this.forces = new Forces(settings, queue, tap, handOver);
        this.snapshots = new SnapshotDisk(disk);
        IdleProbe probe = new IdleProbe(snapshots, directory);
        this.drain = new Drain(queue, snapshots, forces.times()::ended, probe);
        this.forces.drainedBy(drain);
        DeviceWatch device = DeviceWatch.of(directory, settings.device());
        this.watch = new StorageWatch(settings, listener, drain, queue, forces, device);
    }

    /**
     * Attaches a volume to a directory before Derby boots on it. From then on {@link #jdbcUrl()}
     * leads through this volume. Detach with {@link #detach} after Derby has shut down.
     */
    public static Volume attach(
            Path directory, LogTap tap, VolumeSettings settings, VolumeListener listener) {
        return attach(directory, tap, settings, listener, new RealDisk());
    }

    static Volume attach(
            Path directory,
            LogTap tap,
            VolumeSettings settings,
            VolumeListener listener,
            Disk disk) {
        Path place = directory.toAbsolutePath().normalize();
        Volume volume = new Volume(place, tap, settings, listener, disk);
        VolumeRegistry.put(volume);
        try {
            volume.tree.load();
        } catch (IOException e) {
            VolumeRegistry.remove(volume);
            throw new UncheckedIOException("reading " + place, e);
        }
        volume.drain.start();
        volume.watch.start();
        return volume;
    }

    /** Carries out what is queued, within a minute, and lets go. */
    public void detach() {
        detach(DETACH);
    }

    /**
     * Carries out what is queued and lets go, when the deadline is over with what is left undone:
     * then it says so, and the next boot needs the archive.
     *
     * @return whether the disk has everything
     */
    public boolean detach(Duration deadline) {
        queue.close();
        boolean all = drain.finish(deadline);
        snapshots.end();
        watch.stop();
        VolumeRegistry.remove(this);
        if (!all) {
            LOG.log(
                    Level.WARNING,
                    "{0}: about {1} bytes are not on the disk ({2}); what of them is log and was"
                            + " shipped comes back from the archive at the next start",
                    directory,
                    queue.bytes(),
                    drain.trouble().orElse("it did not answer within " + deadline));
        }
        return all;
    }

    public Path directory() {
        return directory;
    }

    /** The URL without attributes, as {@code jdbc:derby:todoku:/var/lib/todoku/db}. */
    public String jdbcUrl() {
        return "jdbc:derby:" + VolumeRegistry.PROTOCOL + ":" + directory;
    }

    public StorageState state() {
        return watch.state();
    }

    /** How long the local disk took for the forces of the log lately. */
    public Duration forceP99() {
        return forces.times().p99();
    }

    /** Bytes in memory that the disk does not have yet. */
    public long queuedBytes() {
        return queue.bytes();
    }

    /** The size of all files of the directory but those of the log, as Derby sees them. */
    public long dataBytes() {
        return tree.files().values().stream()
                .filter(node -> !node.isLog())
                .mapToLong(Node::length)
                .sum();
    }

    /** One line while the disk does not take what is written. */
    public Optional<String> trouble() {
        return watch.trouble();
    }

    /** What the kernel says of the device under the directory. */
    public Optional<DeviceStatus> device() {
        return watch.device();
    }

    /** The content of a file, through the volume that is attached to its directory if one is. */
    public static byte[] read(Path file) throws IOException {
        Volume volume = VolumeRegistry.find(file);
        if (volume == null) {
            return Files.readAllBytes(file);
        }
        Node node = volume.tree.file(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        try (VolumeAccess access = new VolumeAccess(volume, node, -1)) {
            byte[] content = new byte[Math.toIntExact(access.length())];
            int read = Math.max(0, access.read(content, 0, content.length));
            return read == content.length ? content : Arrays.copyOf(content, read);
        }
    }

    /** Names in a folder; empty when there is no such folder. */
    static List<String> names(Path folder) {
        Volume volume = VolumeRegistry.find(folder);
        String[] names = volume == null ? folder.toFile().list() : volume.tree.list(folder);
        return names == null ? List.of() : List.of(names);
    }

    /** Deletes a file in the order of the volume that is attached to its directory if one is. */
    static void delete(Path file) throws IOException {
        Volume volume = VolumeRegistry.find(file);
        if (volume == null) {
            Files.deleteIfExists(file);
        } else {
            volume.tree.delete(file);
        }
    }

    /** Derby's log of a database that was booted to redo what is appended from outside. */
    void appendable(LogToFile log) {
        appendable = log;
    }

    Optional<LogToFile> appendable() {
        return Optional.ofNullable(appendable);
    }

    Tree tree() {
        return tree;
    }

    /** Queues bytes that nobody changes any more. */
    void write(Node node, long at, byte[] bytes) {
        queue.awaitRoom();
        Write write = new Write(node, at, bytes);
        queue.lock();
        try {
            node.queued(write);
            queue.add(write);
        } finally {
            queue.unlock();
        }
    }

    void setLength(Node node, long length) throws IOException {
        boolean cut;
        queue.lock();
        try {
            cut = length < node.length();
            node.length(length);
            queue.add(new SetLength(node, length));
        } finally {
            queue.unlock();
        }
        if (cut) {
            // Else queued writes behind the cut would shine through.
            call(new FutureTask<>(() -> length));
        }
    }

    /** A barrier for a file; a force with a wait for a log file. */
    void sync(Node node) throws IOException {
        if (node.isLog()) {
            forces.force(node);
        } else {
            queue.add(new Sync(node, null));
        }
    }

    /**
     * The directory as the disk has it when the drain has done what is queued now; to be closed
     * soon. One at a time.
     *
     * @param scratch a file for what does not fit into memory, outside the directory
     * @throws IOException also when the drain does not come to it within a minute
     */
    public Snapshot snapshot(Path scratch) throws IOException {
        Snapshot snapshot = new Snapshot(directory, scratch);
        Map<Path, Node> nodes = new HashMap<>();
        Map<Path, Long> lengths = new HashMap<>();
        FutureTask<Boolean> begin =
                new FutureTask<>(
                        () -> {
                            snapshot.begin(nodes, lengths);
                            snapshots.tell(snapshot);
                            return true;
                        });
        queue.lock();
        try {
            // What memory has now is what the disk has when the drain comes to this call.
            nodes.putAll(tree.files());
            nodes.forEach((path, node) -> lengths.put(path, node.length()));
            queue.add(new Call(begin));
        } finally {
            queue.unlock();
        }
        queue.hurry();
        try {
            begin.get(SNAPSHOT.toMillis(), TimeUnit.MILLISECONDS);
            return snapshot;
        } catch (InterruptedException e) {
            begin.cancel(false);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("taking a snapshot");
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            begin.cancel(false);
            snapshot.close();
            throw new IOException("the data disk did not come to a snapshot", e);
        }
    }

    /** Lets the drain do something in its turn and waits for it. */
    <T> T call(FutureTask<T> task) throws IOException {
        queue.add(new Call(task));
        queue.hurry();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException | CancellationException e) {
            throw new IOException("the data disk failed", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    LogTap tap() {
        return tap;
    }
}
