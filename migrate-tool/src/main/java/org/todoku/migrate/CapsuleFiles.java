package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Epoch;

/** The configuration of the service as the archive keeps it, laid into a folder for a while. */
final class CapsuleFiles {
    private CapsuleFiles() {}

    /**
     * Lays the configuration and the secrets that it names into a folder that only this user reads.
     *
     * @return the configuration
     */
    static Path lay(Archive archive, Path folder) {
        Map<String, String> files =
                archive.capsule(archive.newestEpoch().map(Epoch::number).orElse(0L))
                        .map(Capsule::files)
                        .filter(found -> found.containsKey(Capsule.CONFIG))
                        .orElseThrow(
                                () ->
                                        Refusal.usage(
                                                "the archive keeps no configuration",
                                                "give --config FILE"));
        try {
            Path root = folder.toAbsolutePath().normalize();
            Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
            for (Map.Entry<String, String> file : files.entrySet()) {
                Path place = root.resolve(file.getKey()).normalize();
                // One that lay elsewhere is not laid elsewhere: it would be left behind.
                if (place.startsWith(root)) {
                    Files.createDirectories(place.resolveSibling("."));
                    Files.write(place, Capsule.decode(file.getValue()));
                }
            }
            return root.resolve(Capsule.CONFIG);
        } catch (IOException e) {
            throw Refusal.failed(
                    "laying the configuration into " + folder + ": " + e,
                    "is there room in the temporary folder?");
        }
    }
}
