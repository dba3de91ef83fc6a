package org.todoku.backup.ship;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.backup.volume.Checkpoint;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogScan;
import org.todoku.backup.volume.Snapshot;
import org.todoku.backup.volume.Snapshot.SnapshotFile;

/**
 * The log of a snapshot: which of its files a recovery needs, and of each only what is valid; the
 * room made ahead does not travel. Holds one log file in memory, and the one with the checkpoint.
 */
final class SnapshotLog {
    private static final Pattern NAME = Pattern.compile("log/log(\\d+)\\.dat");

    private final Snapshot snapshot;
    private final TreeMap<Long, SnapshotFile> files = new TreeMap<>();
    // A snapshot is read once.
    private final Map<String, byte[]> known = new HashMap<>();
    private final long first;
    private LogPosition end = new LogPosition(0, 0);

    SnapshotLog(Snapshot snapshot) throws IOException {
        this.snapshot = snapshot;
        for (SnapshotFile file : snapshot.files()) {
            Matcher matcher = NAME.matcher(file.path());
            if (matcher.matches()) {
                files.put(Long.valueOf(matcher.group(1)), file);
            }
        }
        if (files.isEmpty()) {
            throw new IOException("the database has no log file");
        }
        this.first = firstFile();
        if (files.tailMap(first).size() != files.lastKey() - first + 1) {
            throw new IOException("the database lacks a log file behind " + first);
        }
    }

    /** The lowest file that a recovery reads. */
    long first() {
        return first;
    }

    /** Where the valid log ends; known when the last file was read. */
    LogPosition end() {
        return end;
    }

    /** Whether a recovery needs this file; true for all that is no log. */
    boolean isNeeded(SnapshotFile file) {
        Matcher matcher = NAME.matcher(file.path());
        return !matcher.matches() || Long.parseLong(matcher.group(1)) >= first;
    }

    /** What of a file of the log folder travels; empty for a file that is read in pieces. */
    Optional<byte[]> content(SnapshotFile file) throws IOException {
        Matcher matcher = NAME.matcher(file.path());
        if (!matcher.matches()) {
            return Optional.ofNullable(known.remove(file.path()));
        }
        long number = Long.parseLong(matcher.group(1));
        byte[] content = whole(file);
        known.remove(file.path());
        OptionalLong valid = LogScan.validEnd(content, number);
        if (valid.isEmpty()) {
            throw new IOException("log file " + number + " has no header");
        }
        if (number == files.lastKey()) {
            end = new LogPosition(number, valid.getAsLong());
            return Optional.of(Arrays.copyOf(content, (int) valid.getAsLong()));
        }
        long whole = Math.min(content.length, valid.getAsLong() + LogScan.END_MARKER);
        return Optional.of(Arrays.copyOf(content, (int) whole));
    }

    private long firstFile() throws IOException {
        Optional<LogPosition> checkpoint = Optional.empty();
        for (SnapshotFile file : snapshot.files()) {
            // In this order, as Derby does it: the mirror only where the other is broken.
            if (file.path().equals("log/log.ctrl") || file.path().equals("log/logmirror.ctrl")) {
                byte[] control = whole(file);
                checkpoint = checkpoint.or(() -> Checkpoint.position(control));
            }
        }
        if (checkpoint.isEmpty() || !files.containsKey(checkpoint.get().file())) {
            throw new IOException("the database's log control file names no checkpoint");
        }
        byte[] log = whole(files.get(checkpoint.get().file()));
        OptionalLong needed = Checkpoint.firstFile(log, checkpoint.get());
        // Too many log files are only long.
        return Math.max(files.firstKey(), needed.orElse(files.firstKey()));
    }

    private byte[] whole(SnapshotFile file) throws IOException {
        byte[] found = known.get(file.path());
        if (found == null) {
            found = snapshot.read(file, 0, Math.toIntExact(file.length()));
            known.put(file.path(), found);
        }
        return found;
    }
}
