package org.todoku.backup.ship;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/**
 * Follows the log files of a database that another process writes: hands over every whole group of
 * records that has come to the disk since the last look. What is visible is not yet durable there:
 * after a power cut the log may be shorter and go on differently, so before each step the last
 * bytes handed over are compared with the files. Only reads; not thread-safe.
 */
public final class LogTail {
    private static final int COMPARED = 4096;

    private final LocalLog log;
    private LogPosition position;
    private Optional<LogChunk> last = Optional.empty();

    /**
     * @param from where to begin: the end of what was handed over earlier, or the start of a file
     */
    public LogTail(LocalLog log, LogPosition from) {
        this.log = log;
        this.position = from;
    }

    /** How far it has come. */
    public LogPosition position() {
        return position;
    }

    /**
     * Hands over what is new.
     *
     * @return whether there was anything
     * @throws BackupException {@code LOG_NOT_CONTIGUOUS} when the log no longer goes on from what
     *     was handed over: it was rewritten, or files are gone
     */
    public boolean poll(LogTap tap) {
        try {
            requireSame();
            LogPosition end = log.end().orElse(position);
            if (!end.isAfter(position)) {
                return false;
            }
            if (!log.files().contains(position.file())) {
                throw gone("log file " + position.file() + " is gone");
            }
            for (LogChunk chunk : log.read(position, end)) {
                tap.written(chunk.start(), chunk.bytes());
                last = Optional.of(end(chunk));
                position = chunk.end();
            }
            tap.forced();
            return true;
        } catch (IOException e) {
            throw new BackupException(
                    BackupFault.DISK_FAILED,
                    "following the log",
                    e.toString(),
                    "may this user read the data directory?",
                    e);
        }
    }

    /** The last bytes of a chunk: enough to tell one log from another. */
    private static LogChunk end(LogChunk chunk) {
        int length = Math.min(COMPARED, chunk.bytes().length);
        byte[] bytes =
                Arrays.copyOfRange(
                        chunk.bytes(), chunk.bytes().length - length, chunk.bytes().length);
        LogPosition start = new LogPosition(chunk.start().file(), chunk.end().offset() - length);
        return new LogChunk(start, bytes);
    }

    private void requireSame() throws IOException {
        if (last.isPresent() && !log.holds(last.get())) {
            throw gone("the log up to " + position + " is no longer what it was");
        }
    }

    private static BackupException gone(String why) {
        return new BackupException(
                BackupFault.LOG_NOT_CONTIGUOUS,
                "following the log",
                why,
                "start the follower again: it begins anew from the newest base");
    }
}
