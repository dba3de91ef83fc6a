package org.todoku.appliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator's hooks, as they travel with the configuration: the executables of the folder that
 * {@code dns.hooks} names. They are small scripts; what is large stays behind, and that is said.
 */
final class CapsuleHooks {
    private static final Logger LOG = LoggerFactory.getLogger(CapsuleHooks.class);

    /** The capsule is put at each start, and read at each takeover. */
    private static final long MAX_BYTES = 256 << 10;

    private CapsuleHooks() {}

    /** Those that travel; all of them or, where they are too large together, none. */
    static List<Path> of(Path folder) {
        List<Path> found = new ArrayList<>();
        long bytes = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                    found.add(file);
                    bytes += Files.size(file);
                }
            }
        } catch (IOException e) {
            LOG.warn("the hooks in {} are not kept with the archive: {}", folder, e.toString());
            return List.of();
        }
        if (bytes > MAX_BYTES) {
            LOG.warn(
                    "the hooks in {} are not kept with the archive: they have {} bytes together, and"
                            + " {} are allowed; a takeover on another host will lack them",
                    folder,
                    bytes,
                    MAX_BYTES);
            return List.of();
        }
        return found;
    }
}
