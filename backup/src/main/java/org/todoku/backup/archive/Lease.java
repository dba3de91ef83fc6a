package org.todoku.backup.archive;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.todoku.backup.fault.BackupException;

/**
 * An object {@code lease/…} that holds retention back while somebody reads the archive, until it is
 * closed. It is a courtesy between programs, not a lock: where the credentials may not write it,
 * nothing is held; where they may not delete it, it counts for a day.
 */
public final class Lease implements AutoCloseable {
    static final String PREFIX = "lease/";

    private static final System.Logger LOG = System.getLogger(Lease.class.getName());

    private final Archive archive;
    private final String key;

    private Lease(Archive archive, String key) {
        this.archive = archive;
        this.key = key;
    }

    /**
     * What a lease says.
     *
     * @param since RFC 3339, UTC, by the reader's clock
     * @param behind nothing up to this segment is needed; without it everything is
     */
    public record Held(String by, String what, String since, Optional<ForkPoint> behind) {}

    /** Takes one; never fails. */
    public static Lease take(Archive archive, String what, InstantSource clock) {
        return take(archive, what, Optional.empty(), clock);
    }

    /** Takes one for what lies behind a segment only; never fails. */
    public static Lease takeBehind(
            Archive archive, String what, ForkPoint behind, InstantSource clock) {
        return take(archive, what, Optional.of(behind), clock);
    }

    private static Lease take(
            Archive archive, String what, Optional<ForkPoint> behind, InstantSource clock) {
        String key = PREFIX + UUID.randomUUID();
        Held held = new Held(HostName.here(), what, clock.instant().toString(), behind);
        try {
            archive.store().create(key, Json.write(held));
        } catch (BackupException e) {
            LOG.log(Level.DEBUG, "no lease: " + e.getMessage());
        }
        return new Lease(archive, key);
    }

    static Optional<Held> read(byte[] content) {
        try {
            return Optional.of(Json.read(content, Held.class));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return key;
    }

    @Override
    public void close() {
        try {
            archive.store().delete(key);
        } catch (BackupException e) {
            LOG.log(Level.DEBUG, "the lease stays: " + e.getMessage());
        }
    }
}
