package org.todoku.backup.volume;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.derby.database.Database;
import org.apache.derby.iapi.jdbc.AutoloadedDriver;
import org.apache.derby.iapi.services.context.ContextManager;
import org.apache.derby.iapi.services.context.ContextService;
import org.apache.derby.iapi.services.monitor.Monitor;
import org.apache.derby.iapi.store.replication.slave.SlaveFactory;
import org.apache.derby.impl.store.raw.log.LogToFile;
import org.apache.derby.shared.common.error.StandardException;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * A database in recovery that does not end: what is appended to its log is redone at once, by
 * Derby's own redo, until {@link #promote} ends the recovery and the database can be used. Redo
 * follows up to the file before the one that is appended to, so a promotion redoes one log file (1
 * MiB) at most.
 *
 * <p>Promises: only whole groups of records, each with its checksum, come into the log, each at the
 * very place where it stood in the source's; Derby writes nothing of its own into it before {@link
 * #promote}. Does not: accept connections before that. Of one thread at a time.
 */
public final class ContinuousRedo implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ContinuousRedo.class.getName());
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = 2_000_000;

    /** {@code Property.DATABASE_MODULE}, which is no part of Derby's public interface. */
    private static final String DATABASE = "org.apache.derby.database.Database";

    private final Volume volume;
    private final LogToFile log;
    private final String service;
    private LogPosition end;

    /** Bytes behind the end that are no whole group yet. */
    private byte[] rest = new byte[0];

    private boolean promoted;

    private ContinuousRedo(Volume volume, LogToFile log, String service, LogPosition end) {
        this.volume = volume;
        this.log = log;
        this.service = service;
        this.end = end;
    }

    /**
     * Boots a database that was restored, for redo only.
     *
     * @param end where its log ends; nothing but whole groups may lie there
     */
    public static ContinuousRedo start(Path directory, LogPosition end) {
        return start(directory, end, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
    }

    /** As {@link #start(Path, LogPosition)}, with a volume as the one that goes on with it. */
    public static ContinuousRedo start(
            Path directory,
            LogPosition end,
            LogTap tap,
            VolumeSettings settings,
            VolumeListener listener) {
        Volume volume = Volume.attach(directory, tap, settings, listener);
        String service = VolumeRegistry.PROTOCOL + ":" + volume.directory();
        try {
            boot(service);
            LogToFile log =
                    volume.appendable()
                            .orElseThrow(
                                    () -> failed("booting it for redo", "Derby did not ask", null));
            long reached = log.getFirstUnflushedInstantAsLong();
            if (reached != end.instant()) {
                throw failed(
                        "booting it for redo",
                        "its log ends at %s and not at %s"
                                .formatted(
                                        new LogPosition(reached >>> 32, reached & 0xffff_ffffL),
                                        end),
                        null);
            }
            return new ContinuousRedo(volume, log, service, end);
        } catch (StandardException | SQLException e) {
            volume.detach();
            throw failed("booting it for redo", String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            volume.detach();
            throw e;
        }
    }

    private static void boot(String service) throws StandardException, SQLException {
        // The first use boots the engine.
        AutoloadedDriver.getDriverModule();
        RedoModule.install();
        ContextService contexts = ContextService.getFactory();
        ContextManager manager = contexts.newContextManager();
        contexts.setCurrentContextManager(manager);
        try {
            Properties properties = new Properties();
            properties.setProperty(SlaveFactory.REPLICATION_MODE, SlaveFactory.SLAVE_MODE);
            properties.setProperty(SlaveFactory.SLAVE_DB, service);
            Monitor.startPersistentService(service, properties);
        } finally {
            contexts.resetCurrentContextManager(manager);
        }
    }

    /** Where the log ends that was appended, in whole groups. */
    public LogPosition end() {
        return end;
    }

    /** How far bytes were received; what lies between the end and this is no whole group yet. */
    public LogPosition received() {
        return end.plus(rest.length);
    }

    /** As {@link #received}, where all of that is on the disk after a {@link #force}. */
    public LogPosition durable() {
        // The marker that ends a file holds nothing.
        return rest.length <= LogScan.END_MARKER && isZero(rest) ? received() : end;
    }

    /**
     * Appends what follows. What lies before the end is left out; whether it is the same is for the
     * caller to know.
     *
     * @throws BackupException {@code LOG_NOT_CONTIGUOUS} when it does not follow
     */
    public void append(LogChunk chunk) {
        try {
            LogPosition start = chunk.start();
            if (start.file() == end.file() + 1 && start.offset() == 0) {
                open(chunk);
            } else if (start.file() == end.file() && !start.isAfter(received())) {
                behind(chunk);
            } else if (start.file() >= end.file()) {
                throw gap(chunk);
            }
        } catch (StandardException e) {
            throw failed("redoing the log at " + end, String.valueOf(e.getMessage()), e);
        }
    }

    private void open(LogChunk chunk) throws StandardException {
        boolean marker = rest.length <= LogScan.END_MARKER && isZero(rest);
        byte[] bytes = chunk.bytes();
        if (!marker
                || bytes.length < LogScan.HEADER
                || LogScan.previousEnd(bytes) != end.instant()) {
            throw gap(chunk);
        }
        log.switchLogFile();
        LogPosition opened = new LogPosition(chunk.start().file(), LogScan.HEADER);
        if (log.getFirstUnflushedInstantAsLong() != opened.instant()) {
            throw failed("opening log file " + opened.file(), "Derby did not switch to it", null);
        }
        end = opened;
        rest = Arrays.copyOfRange(bytes, LogScan.HEADER, bytes.length);
        appendGroups();
    }

    private void behind(LogChunk chunk) throws StandardException {
        long known = end.offset() - chunk.start().offset();
        byte[] bytes = chunk.bytes();
        if (known >= bytes.length) {
            return;
        }
        if (known >= 0) {
            // A torn tail is written anew: what was held back gives way.
            rest = Arrays.copyOfRange(bytes, (int) known, bytes.length);
        } else {
            int kept = (int) -known;
            byte[] joined = Arrays.copyOf(rest, kept + bytes.length);
            System.arraycopy(bytes, 0, joined, kept, bytes.length);
            rest = joined;
        }
        appendGroups();
    }

    private void appendGroups() throws StandardException {
        ByteBuffer bytes = ByteBuffer.wrap(rest);
        int done = 0;
        int next = LogScan.groupEnd(bytes, done, end.file(), end.offset());
        while (next > 0) {
            appendRecords(bytes, done, next);
            done = next;
            next = LogScan.groupEnd(bytes, done, end.file(), end.offset());
        }
        if (done > 0) {
            rest = Arrays.copyOfRange(rest, done, rest.length);
            end = end.plus(done);
        }
    }

    private void appendRecords(ByteBuffer bytes, int from, int to) throws StandardException {
        int at = from;
        while (at < to) {
            int length = bytes.getInt(at);
            byte[] record = new byte[length];
            bytes.get(at + 12, record);
            long instant = log.appendLogRecord(record, 0, length, null, 0, 0);
            LogPosition place = end.plus(at);
            if (instant != place.instant()) {
                throw failed("redoing the log at " + place, "Derby put it elsewhere", null);
            }
            at += 16 + length;
        }
    }

    private static boolean isZero(byte[] bytes) {
        for (byte each : bytes) {
            if (each != 0) {
                return false;
            }
        }
        return true;
    }

    /** Returns when what was appended is on the disk. */
    public void force() {
        try {
            log.flushAll();
        } catch (StandardException e) {
            throw failed("forcing the log", String.valueOf(e.getMessage()), e);
        }
    }

    /** Whether Derby still redoes. When it does not, its log says why. */
    public boolean isAlive() {
        return database().filter(found -> found instanceof Database).isPresent();
    }

    /**
     * Ends the recovery: the rest of the log is redone, what was not committed is undone. After
     * this the database can be used through the volume, which is the caller's.
     */
    public Volume promote() {
        force();
        promoted = true;
        database().ifPresent(found -> log.failoverSlave());
        await(() -> !isAlive() || !inSlaveMode());
        if (!isAlive()) {
            throw failed("ending the redo", "Derby closed the database", null);
        }
        return volume;
    }

    private boolean inSlaveMode() {
        return database()
                .map(found -> ((org.apache.derby.iapi.db.Database) found).isInSlaveMode())
                .orElse(false);
    }

    private Optional<Object> database() {
        return Optional.ofNullable(Monitor.findService(DATABASE, service));
    }

    /** Stops the redo; the directory can be started again, or restored anew. */
    @Override
    public void close() {
        if (promoted) {
            return;
        }
        try {
            // Derby says that it is closed before it is: the thread that booted it closes it.
            Optional<Thread> booting = bootThread();
            log.stopReplicationSlaveRole();
            if (!await(() -> booting.filter(Thread::isAlive).isEmpty() && database().isEmpty())) {
                LOG.log(Level.WARNING, "{0}: the redo did not stop", volume.directory());
            }
        } catch (StandardException e) {
            LOG.log(Level.WARNING, "{0}: {1}", volume.directory(), e.getMessage());
        } finally {
            volume.detach();
        }
    }

    private Optional<Thread> bootThread() {
        String name = "derby.slave.boot-" + service;
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst();
    }

    private static boolean await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + STOP.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }

    private BackupException gap(LogChunk chunk) {
        return new BackupException(
                BackupFault.LOG_NOT_CONTIGUOUS,
                "redoing the log at " + end,
                "what comes next begins at " + chunk.start(),
                "the standby restores from the newest base again");
    }

    private static BackupException failed(
            String what, String why, @org.jspecify.annotations.Nullable Throwable cause) {
        return new BackupException(
                BackupFault.DATABASE_FAILED,
                what,
                why,
                "the standby restores from the newest base again; if it comes back, verify the"
                        + " archive",
                cause);
    }
}
