package org.todoku.backup;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.todoku.backup.archive.BlobObjects;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Files that belong to the rows of the database, such as attachments: named by their SHA-256, kept
 * on the data disk and in the archive, never changed. What is put is durable, by the force policy,
 * before it is named in any row. A restore brings none of them back: each is fetched from the
 * archive when it is first asked for.
 *
 * <p>Nobody waits for the data disk without a limit: one thread writes to it, and a few read; while
 * it hangs, files come from memory and from the archive, and new ones go there. Nothing is deleted.
 * Thread-safe.
 */
public final class Blobs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Blobs.class.getName());

    /** How long the slower of the two places is waited for when the other has it. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration READ = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final int READERS = 4;

    private final Home home;
    private final BlobFolder folder;
    private final BlobMemory memory = new BlobMemory();
    private final Set<String> owed = ConcurrentHashMap.newKeySet();
    private final ExecutorService disk = Executors.newSingleThreadExecutor(daemon("blob-writer"));
    private final ExecutorService readers =
            new ThreadPoolExecutor(
                    READERS,
                    READERS,
                    1,
                    TimeUnit.MINUTES,
                    new ArrayBlockingQueue<>(64),
                    daemon("blob-reader"));
    private final Thread settling;
    private volatile boolean stopping;

    /**
     * Where files are kept.
     *
     * @param folder on the data disk
     * @param policy which of the two places must have a file before it counts
     * @param archived whether there is an archive, be it out of reach for now
     * @param archive the archive, when it can be reached
     * @param diskHangs whether the disk is known not to answer
     */
    public record Home(
            Path folder,
            ForcePolicy policy,
            boolean archived,
            Supplier<Optional<BlobObjects>> archive,
            Supplier<Boolean> diskHangs) {
        /** A folder and nothing else. */
        public static Home local(Path folder) {
            return new Home(folder, ForcePolicy.LOCAL, false, Optional::empty, () -> false);
        }
    }

    public Blobs(Home home) {
        this.home = home;
        this.folder = new BlobFolder(home.folder());
        this.settling = Thread.ofPlatform().daemon().name("blob-settling").start(this::settle);
    }

    /**
     * Keeps a file; comes back when it is durable by the force policy.
     *
     * @return its name, the SHA-256 in hexadecimal
     * @throws BackupException {@code DISK_FAILED} or {@code STORE_UNREACHABLE} when it is not
     */
    public String put(byte[] content) {
        String name = Sha256.hex(content);
        memory.pin(name, content);
        CompletableFuture<Boolean> local = write(name, content);
        CompletableFuture<Boolean> remote = ship(name, content);
        boolean hangs = home.diskHangs().get();
        await(CompletableFuture.allOf(local, remote), hangs ? Duration.ofMillis(300) : PATIENCE);
        if (!enough(local, remote)) {
            await(either(local, remote), DEADLINE);
        }
        if (!enough(local, remote)) {
            memory.forget(name);
            throw failed(local, remote);
        }
        if (home.archived() && !has(remote)) {
            owed.add(name);
        }
        return name;
    }

    /**
     * A file by its name, from memory, the disk or the archive; empty when none of them has it.
     *
     * @throws BackupException {@code STORE_UNREACHABLE} when the archive would have to be asked and
     *     does not answer, {@code OBJECT_DAMAGED} when what it has is not this file
     */
    public Optional<byte[]> get(String name) {
        Optional<byte[]> found = memory.get(name);
        if (found.isPresent()) {
            return found;
        }
        if (!home.diskHangs().get()) {
            found = read(name);
        }
        if (found.isPresent()) {
            memory.keep(name, found.get());
            return found;
        }
        Optional<BlobObjects> archive = home.archive().get();
        if (archive.isEmpty() && home.archived()) {
            throw new BackupException(
                    BackupFault.STORE_UNREACHABLE,
                    "fetching the file " + name,
                    "it is not on the data disk, and the archive does not answer",
                    "try again when the archive can be reached");
        }
        found = archive.flatMap(objects -> objects.read(name));
        found.ifPresent(
                content -> {
                    memory.keep(name, content);
                    var _ = write(name, content);
                });
        return found;
    }

    /** How many files the archive does not have yet. */
    public int owed() {
        return owed.size();
    }

    @Override
    public void close() {
        stopping = true;
        settling.interrupt();
        readers.shutdownNow();
        disk.shutdown();
    }

    private CompletableFuture<Boolean> write(String name, byte[] content) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        folder.write(name, content);
                        memory.unpin(name);
                        return true;
                    } catch (IOException e) {
                        throw new BackupException(
                                BackupFault.DISK_FAILED,
                                "writing the file " + name + " to " + folder.path(),
                                e.toString(),
                                "is the disk full, or mounted read-only?");
                    }
                },
                disk);
    }

    private CompletableFuture<Boolean> ship(String name, byte[] content) {
        Optional<BlobObjects> archive = home.archive().get();
        if (archive.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> shipped = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("blob-shipping")
                .start(
                        () -> {
                            try {
                                archive.get().put(name, content);
                                owed.remove(name);
                                shipped.complete(true);
                            } catch (RuntimeException e) {
                                shipped.completeExceptionally(e);
                            }
                        });
        return shipped;
    }

    private boolean enough(CompletableFuture<Boolean> local, CompletableFuture<Boolean> remote) {
        return switch (home.policy()) {
            case LOCAL -> has(local);
            case LOCAL_OR_ARCHIVE -> has(local) || has(remote);
            // No file goes to a standby.
            case LOCAL_AND_ARCHIVE, LOCAL_AND_STANDBY ->
                    has(local) && (has(remote) || !home.archived());
        };
    }

    private CompletableFuture<?> either(
            CompletableFuture<Boolean> local, CompletableFuture<Boolean> remote) {
        return home.policy() == ForcePolicy.LOCAL_OR_ARCHIVE && !remote.isDone()
                ? CompletableFuture.anyOf(local, remote)
                : CompletableFuture.allOf(local, remote);
    }

    private static boolean has(CompletableFuture<Boolean> place) {
        return place.state() == java.util.concurrent.Future.State.SUCCESS && place.resultNow();
    }

    private static BackupException failed(
            CompletableFuture<Boolean> local, CompletableFuture<Boolean> remote) {
        for (CompletableFuture<Boolean> place : List.of(local, remote)) {
            if (place.isCompletedExceptionally()
                    && place.exceptionNow() instanceof BackupException known) {
                return known;
            }
        }
        return new BackupException(
                BackupFault.DISK_FAILED,
                "keeping a file",
                "neither the data disk nor the archive has taken it in time",
                "try again in a moment");
    }

    private static void await(CompletableFuture<?> future, Duration patience) {
        try {
            future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Whoever waits looks at each place by itself.
        }
    }

    private Optional<byte[]> read(String name) {
        try {
            return readers.submit(() -> folder.read(name))
                    .get(READ.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            LOG.log(Level.WARNING, "reading the file {0} from the disk: {1}", name, e);
            return Optional.empty();
        }
    }

    /**
     * What the archive lacks is put there: at first whatever lies in the folder, then what is owed.
     */
    private void settle() {
        boolean compared = false;
        while (!stopping) {
            try {
                Optional<BlobObjects> archive = home.archive().get();
                if (archive.isPresent()) {
                    if (!compared) {
                        owed.addAll(folder.names());
                        archive.get().names().forEach(owed::remove);
                        compared = true;
                    }
                    for (String name : List.copyOf(owed)) {
                        Optional<byte[]> content = memory.get(name).or(() -> read(name));
                        if (content.isPresent()) {
                            archive.get().put(name, content.get());
                            owed.remove(name);
                        }
                    }
                }
                Thread.sleep(compared || !home.archived() ? PAUSE : Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException e) {
                LOG.log(Level.WARNING, "bringing files to the archive: " + e.getMessage());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return Thread.ofPlatform().daemon().name(name, 0).factory();
    }
}
