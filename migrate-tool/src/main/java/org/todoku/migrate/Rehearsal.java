package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.todoku.appliance.RestoredCheck;
import org.todoku.appliance.Serving;
import org.todoku.backup.restore.Standby;

/**
 * The service started on a copy of a standby's data, on this host: its tables are checked, its
 * pages answer, and it is thrown away. Sends no mail and touches no archive. Needs room for the
 * copy.
 */
final class Rehearsal {
    private static final String FOLDER = "rehearsal";

    private final Output output;

    Rehearsal(Output output) {
        this.output = output;
    }

    void run(Standby standby, Path data) {
        output.begin("rehearsal", "starting the service on a copy of the data");
        output.done("rehearsal", tell(standby, data));
    }

    /** Does it, and says in a line what was found. */
    String tell(Standby standby, Path data) {
        Path copy = data.resolve(FOLDER);
        long begun = System.nanoTime();
        standby.copyTo(copy.resolve("db"));
        RestoredCheck.Found found;
        try {
            found = RestoredCheck.run(copy);
            found.notes().forEach(line -> output.note("rehearsal", line));
            Serving.rehearse(copy);
            Serving.practise(copy.resolve("practice"));
        } finally {
            delete(copy);
        }
        return "the service starts here and answers (%.1f s): %s"
                .formatted((System.nanoTime() - begun) / 1e9, found.text());
    }

    private static void delete(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw Refusal.failed("deleting " + root + ": " + e, "delete it yourself");
        }
    }
}
