package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.Language;
import org.todoku.backup.archive.Notice;

/**
 * The incident report as a page to print: the same facts in Japanese and in English, with gaps for
 * what only people know.
 */
record IncidentPage(
        IncidentFacts facts,
        List<JsonNode> runs,
        List<Notice> notices,
        Optional<Instant> recoveryPoint) {
    IncidentPage {
        runs = List.copyOf(runs);
        notices = List.copyOf(notices);
    }

    String html() throws IOException {
        StringBuilder parts = new StringBuilder();
        for (Language language : Language.values()) {
            parts.append(new IncidentText(this, language).fill(template("incident-part.html")));
        }
        return template("incident.html").replace("@PARTS@", parts);
    }

    private static String template(String name) throws IOException {
        try (InputStream in = IncidentPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the program");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
