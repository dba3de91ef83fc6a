package org.todoku.backup.volume;

import java.nio.file.Path;

/**
 * One database directory as Derby sees it through our storage factory: its place, who taps its log,
 * and how its forces fare. Thread-safe.
 */
public final class Volume {
    private final Path directory;
    private final LogTap tap;
    private final ForceTimes forceTimes;

    private Volume(Path directory, LogTap tap, ForceTimes forceTimes) {
        this.directory = directory;
        this.tap = tap;
        this.forceTimes = forceTimes;
    }

    /**
     * Attaches a tap to a directory before Derby boots on it. From then on {@link #jdbcUrl()} leads
     * through this volume. Detach with {@link #detach()} after Derby has shut down.
     */
    public static Volume attach(Path directory, LogTap tap, ForceTimes forceTimes) {
        Volume volume = new Volume(directory.toAbsolutePath().normalize(), tap, forceTimes);
        VolumeRegistry.put(volume);
        return volume;
    }

    public void detach() {
        VolumeRegistry.remove(this);
    }

    public Path directory() {
        return directory;
    }

    /** The URL without attributes, as {@code jdbc:derby:todoku:/var/lib/todoku/db}. */
    public String jdbcUrl() {
        return "jdbc:derby:" + VolumeRegistry.PROTOCOL + ":" + directory;
    }

    LogTap tap() {
        return tap;
    }

    ForceTimes forceTimes() {
        return forceTimes;
    }
}
