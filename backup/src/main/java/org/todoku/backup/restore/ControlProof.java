package org.todoku.backup.restore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.todoku.backup.volume.Checkpoint;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;

/**
 * Whether Derby's control file and its log belong together. With a control file of another moment,
 * whose checkpoint lies in no log file that is there, Derby boots without any recovery and without
 * a word.
 */
final class ControlProof {
    private ControlProof() {}

    /** What is wrong with it; empty when Derby recovers from the log that is there. */
    static Optional<String> problem(LocalLog log) throws IOException {
        Optional<LogPosition> checkpoint = Optional.empty();
        boolean any = false;
        // In this order, as Derby does it: the mirror only where the other is broken.
        for (String name : new String[] {"log.ctrl", "logmirror.ctrl"}) {
            Path control = log.file(1).resolveSibling(name);
            any |= Files.exists(control);
            if (checkpoint.isEmpty() && Files.exists(control)) {
                checkpoint = Checkpoint.position(Files.readAllBytes(control));
            }
        }
        if (checkpoint.isEmpty()) {
            // Without any Derby does not boot, and says so.
            return any ? Optional.of("its log.ctrl names no checkpoint") : Optional.empty();
        }
        LogPosition at = checkpoint.get();
        Path file = log.file(at.file());
        boolean lies =
                Files.exists(file)
                        && Checkpoint.firstFile(Files.readAllBytes(file), at).isPresent();
        return lies
                ? Optional.empty()
                : Optional.of("its log.ctrl names a checkpoint at " + at + ", and none lies there");
    }
}
