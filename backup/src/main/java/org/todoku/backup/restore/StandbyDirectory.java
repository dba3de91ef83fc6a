package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.Checkpoint;
import org.todoku.backup.volume.ContinuousRedo;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;

/**
 * The directory of a standby on the disk. A file {@value #MARKER} says that it is one; log files
 * behind Derby's last checkpoint lie aside in {@value #ASIDE} while the redo is started, since
 * Derby begins to redo only when the log goes on to another file: so they are given to it once
 * more.
 */
final class StandbyDirectory {
    static final String MARKER = "standby.json";
    private static final String ASIDE = "standby.log";
    private static final String KEPT = "kept-";
    private static final String PARTIAL = "db.partial";

    private final Path data;

    StandbyDirectory(Path data) {
        this.data = data;
    }

    Path database() {
        return data.resolve("db");
    }

    boolean isRestored() {
        return Files.isDirectory(database());
    }

    void mark(String archive) {
        attempt(
                () -> {
                    Files.createDirectories(data);
                    Files.writeString(data.resolve(MARKER), "{\"archive\":\"" + archive + "\"}\n");
                });
    }

    /** It is a standby no more. */
    void unmark() {
        attempt(() -> Files.deleteIfExists(data.resolve(MARKER)));
    }

    /** Restores the newest base and no more of the log than it needs. */
    void restoreBase(Archive archive, Restore.Progress progress) {
        Chain chain = Chain.read(archive);
        RestorePlan newest = RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
        RestorePlan base =
                RestorePlan.of(
                        chain,
                        archive.catalogue(),
                        new RestoreTarget.Position(newest.base().end()));
        attempt(
                () -> {
                    Path partial = data.resolve(PARTIAL);
                    if (!Restore.isUnderWay(partial)) {
                        delete(partial);
                    }
                    new Restore(archive, partial, progress).run(base);
                    Files.move(partial, database());
                });
    }

    /**
     * Puts the database aside, for salvage: it has what is nowhere else.
     *
     * @return where it lies
     */
    Path keep(String name) {
        Path to = data.resolve(KEPT + name);
        attempt(
                () -> {
                    Files.createDirectories(to);
                    Files.move(database(), to.resolve("db"));
                    delete(data.resolve(ASIDE));
                });
        return to;
    }

    /** The newest that was kept, by this process or one before it. */
    Optional<Path> kept() {
        if (!Files.isDirectory(data)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(data)) {
            return all.filter(path -> path.getFileName().toString().startsWith(KEPT))
                    .max(Comparator.naturalOrder());
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Begins anew: nothing in it is of use. */
    void clear() {
        attempt(
                () -> {
                    delete(database());
                    delete(data.resolve(ASIDE));
                });
    }

    /**
     * Puts aside what the redo is to be given once more, and cuts a torn tail.
     *
     * @return where the log ends that is left
     */
    LogPosition prepare() {
        LocalLog log = new LocalLog(database());
        List<LogPosition> end = new ArrayList<>();
        attempt(
                () -> {
                    long keep = checkpointFile(log);
                    Files.createDirectories(data.resolve(ASIDE));
                    for (long file : log.files()) {
                        if (file > keep) {
                            putAside(log.file(file));
                        }
                    }
                    LogPosition left =
                            log.end().orElseThrow(() -> new IOException("there is no log file"));
                    try (FileChannel last =
                            FileChannel.open(log.file(left.file()), StandardOpenOption.WRITE)) {
                        last.truncate(left.offset());
                    }
                    end.add(left);
                });
        return end.getFirst();
    }

    /** Gives the redo what was put aside, durably, and lets go of it. */
    void feed(ContinuousRedo redo) {
        attempt(
                () -> {
                    Path folder = data.resolve(ASIDE);
                    for (long file : numbers(folder)) {
                        byte[] content = Files.readAllBytes(folder.resolve("log" + file + ".dat"));
                        long valid = LogScan.validEnd(content, file).orElse(0);
                        if (valid > 0) {
                            redo.append(
                                    new LogChunk(
                                            new LogPosition(file, 0),
                                            Arrays.copyOf(content, (int) valid)));
                        }
                    }
                    redo.force();
                    delete(folder);
                });
    }

    private static List<Long> numbers(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("log\\d+\\.dat"))
                    .map(name -> Long.valueOf(name.substring(3, name.length() - 4)))
                    .sorted()
                    .toList();
        }
    }

    /** Of two, from before and after an interruption, the longer one has all of the other. */
    private void putAside(Path file) throws IOException {
        Path to = data.resolve(ASIDE).resolve(file.getFileName());
        if (Files.exists(to) && Files.size(to) >= Files.size(file)) {
            Files.delete(file);
        } else {
            Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private long checkpointFile(LocalLog log) throws IOException {
        Path control = database().resolve("log").resolve("log.ctrl");
        return Checkpoint.position(Files.readAllBytes(control))
                .map(LogPosition::file)
                .orElse(log.files().getFirst());
    }

    /** Copies the database, which nobody has open. */
    void copyTo(Path target) {
        attempt(
                () -> {
                    delete(target);
                    Files.createDirectories(target);
                    try (Stream<Path> paths = Files.walk(database())) {
                        for (Path path : paths.skip(1).toList()) {
                            Files.copy(path, target.resolve(database().relativize(path)));
                        }
                    }
                });
    }

    private static void delete(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void attempt(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private BackupException failed(IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                "keeping a standby in " + data,
                e.toString(),
                "may this user write there, has the disk room?",
                e);
    }
}
