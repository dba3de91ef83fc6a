package org.todoku.backup.volume;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Asks a disk on which nobody has written for a while whether it still answers: one byte, forced,
 * always the same, in a file beside the database. So a stall shows before the first person waits
 * for it. At one in ten seconds that is 8,640 blocks a day, and no put into the archive.
 *
 * <p>Only silence counts. A probe that fails is the last one and says so once: what a failure means
 * is for the writes of the database to find out. Called by the drain alone.
 */
final class IdleProbe {
    private static final System.Logger LOG = System.getLogger(IdleProbe.class.getName());

    private final Disk disk;
    private final Path file;
    private boolean made;
    private boolean ended;
    private volatile long since;

    IdleProbe(Disk disk, Path database) {
        this.disk = disk;
        this.file = database.resolveSibling("disk-probe");
    }

    /** When the probe that is out was begun, by {@link System#nanoTime}; 0: there is none. */
    long sinceNanos() {
        return since;
    }

    void ask() {
        if (ended) {
            return;
        }
        since = System.nanoTime() | 1;
        try {
            if (!made) {
                disk.create(file);
                made = true;
            }
            disk.write(file, 0, ByteBuffer.allocate(1));
            disk.force(file);
        } catch (IOException e) {
            ended = true;
            LOG.log(Level.WARNING, "the idle data disk is not asked any more: " + e);
        } finally {
            since = 0;
        }
    }
}
