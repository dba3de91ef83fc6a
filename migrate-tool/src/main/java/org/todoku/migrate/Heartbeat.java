package org.todoku.migrate;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;
import org.todoku.backup.archive.Archive;

/** What the writer last said of itself in {@code status/heartbeat.json}; times by its own clock. */
record Heartbeat(String time, long epoch) {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    static Optional<Heartbeat> read(Archive archive) {
        return archive.store().get("status/heartbeat.json").flatMap(Heartbeat::parse);
    }

    private static Optional<Heartbeat> parse(byte[] content) {
        try {
            return Optional.of(JSON.readValue(content, Heartbeat.class));
        } catch (IOException e) {
            // Readable by anybody and so writable by mistake: nothing is decided by it.
            return Optional.empty();
        }
    }
}
