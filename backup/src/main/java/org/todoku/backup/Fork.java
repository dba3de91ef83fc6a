package org.todoku.backup;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code DIR/fork.json}: what was committed in this directory and is not in the line of the
 * archive. For whoever looks after it (salvage); read by no start.
 *
 * @param from where the local log ended when the database was booted without the archive
 * @param to how far it went when that came out
 */
record Fork(String found, String why, String archive, String from, String to) {
    private static final System.Logger LOG = System.getLogger(Fork.class.getName());
    private static final String NAME = "fork.json";

    /** Beside what there is of earlier forks; a disk that does not take it does not stop this. */
    void write(Path dataDirectory) {
        Path file = dataDirectory.resolve(NAME);
        for (int number = 2; Files.exists(file); number++) {
            file = dataDirectory.resolve("fork-" + number + ".json");
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("found", found);
        facts.put("why", why);
        facts.put("archive", archive);
        facts.put("localLogFrom", from);
        facts.put("localLogTo", to);
        try {
            Files.write(
                    file,
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(facts),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.SYNC);
        } catch (IOException e) {
            LOG.log(Level.ERROR, "the fork could not be written to {0}: {1}", file, e);
        }
    }
}
