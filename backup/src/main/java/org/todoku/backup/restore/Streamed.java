package org.todoku.backup.restore;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Feeding;
import org.todoku.backup.archive.Feedings;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.StandbyStatus.StreamStatus;
import org.todoku.backup.volume.Lags;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * That a standby is, or was, fed by the writer itself, so that it may have what the archive lacks.
 * Survives a restart in {@code standby.stream}, written before anything is confirmed. Once the
 * stream has ended the archive is owed what it lacks. Guarded by the standby.
 */
final class Streamed {
    private static final String FILE = "standby.stream";
    private static final JsonMapper JSON = new JsonMapper();

    private final Path data;
    private final String owner;
    private final Feedings feedings;
    private final Lags lags = new Lags();
    private @Nullable Begun begun;
    private boolean live;
    private boolean owed;

    /** As it lies in the file. */
    record Begun(long epoch, long number) {}

    Streamed(Path data, String owner, Archive archive) {
        this.data = data;
        this.owner = owner;
        this.feedings = new Feedings(archive);
        this.begun = read(data.resolve(FILE));
        this.owed = begun != null;
    }

    private static @Nullable Begun read(Path file) {
        try {
            return Files.exists(file) ? JSON.readValue(file.toFile(), Begun.class) : null;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** Before the first word to the writer. */
    void begin(long epoch, long number) {
        Begun now = new Begun(epoch, number);
        Path file = data.resolve(FILE);
        Path temporary = data.resolve(FILE + ".new");
        try {
            Files.write(
                    temporary,
                    JSON.writeValueAsBytes(now),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed(file, e);
        }
        begun = now;
        live = true;
        owed = false;
    }

    void end() {
        owed |= live;
        live = false;
    }

    boolean isLive(long epoch) {
        Begun now = begun;
        return live && now != null && now.epoch() == epoch;
    }

    /** Whether anything that lies beyond the archive's end came from the writer of this epoch. */
    boolean isOf(long epoch) {
        Begun now = begun;
        return now != null && now.epoch() == epoch;
    }

    boolean isAny() {
        return begun != null;
    }

    void lag(Duration lag) {
        lags.add(lag);
    }

    /** Whether the archive waits for what this standby has of the epoch. */
    boolean isOwed(long epoch) {
        return owed && !live && isOf(epoch);
    }

    /** Leaves in the archive what it lacks. */
    void leave(List<LogChunk> chunks, LogPosition end) {
        Begun now = begun;
        if (now == null) {
            return;
        }
        feedings.leave(
                new Feeding(
                        now.epoch(), owner, now.number(), HostName.here(), false, Optional.empty()),
                chunks,
                end);
        owed = false;
    }

    /** All that was streamed lies in the archive, in a later epoch's line. */
    void forget() {
        begun = null;
        owed = false;
        live = false;
        try {
            Files.deleteIfExists(data.resolve(FILE));
        } catch (IOException e) {
            throw failed(data.resolve(FILE), e);
        }
    }

    StreamStatus status(long epoch) {
        return new StreamStatus(isLive(epoch), lags.percentile(50), lags.percentile(99));
    }

    private static BackupException failed(Path file, IOException e) {
        return new BackupException(
                BackupFault.DISK_FAILED,
                "keeping " + file,
                e.toString(),
                "may this user write there, has the disk room?",
                e);
    }
}
