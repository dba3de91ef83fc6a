package org.todoku.backup.volume;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The one piece of static state of this module: Derby creates its storage factory by class name, so
 * the factory must find the volume that was attached to its directory (docs/adr/0002).
 */
final class VolumeRegistry {
    static final String PROTOCOL = "todoku";

    private static final Map<Path, Volume> VOLUMES = new ConcurrentHashMap<>();

    private VolumeRegistry() {}

    static void put(Volume volume) {
        DerbyLog.install();
        LatchedPurge.install();
        UndoneGrowth.install();
        System.setProperty("derby.subSubProtocol." + PROTOCOL, VolumeFactory.class.getName());
        if (VOLUMES.putIfAbsent(volume.directory(), volume) != null) {
            throw new IllegalStateException("volume attached twice: " + volume.directory());
        }
    }

    static void remove(Volume volume) {
        VOLUMES.remove(volume.directory(), volume);
    }

    /** The volume whose directory this is, or lies above it. */
    static @Nullable Volume find(Path path) {
        for (Path above = path.toAbsolutePath().normalize();
                above != null;
                above = above.getParent()) {
            Volume found = VOLUMES.get(above);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
