package org.todoku.appliance.continuity.outside;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The operator's words on the status page: {@code notice.json}. They stand until the next ones, or
 * until they are taken back, whether the server lives or not.
 *
 * @param level how it is shown
 * @param japanese plain text
 * @param english plain text; empty when there is none
 * @param at when it was written
 * @param nextUpdate when the next words can be expected
 * @param contact how to reach the operator meanwhile; plain text, may be empty
 */
public record PublicNotice(
        Level level,
        String japanese,
        String english,
        Instant at,
        Optional<Instant> nextUpdate,
        String contact) {
    /** The name of the file. */
    public static final String FILE = "notice.json";

    /** As much as somebody reads on a phone in trouble. */
    public static final int MAX = 2000;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** How grave it is. */
    public enum Level {
        INFO,
        TROUBLE,
        RESOLVED,
        /** Nothing is shown. */
        NONE
    }

    public PublicNotice {
        japanese = japanese.strip();
        english = english.strip();
        contact = contact.strip();
        if (japanese.length() > MAX || english.length() > MAX || contact.length() > MAX) {
            throw wrong("it has more than " + MAX + " characters");
        }
        if (level != Level.NONE && japanese.isEmpty() && english.isEmpty()) {
            throw wrong("it has no words");
        }
    }

    /** Takes back what was there. */
    public static PublicNotice none(Instant at) {
        return new PublicNotice(Level.NONE, "", "", at, Optional.empty(), "");
    }

    private static FaultException wrong(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST, "take the notice", why, "correct it and send it again");
    }

    /** What was published; empty when this is none. */
    public static Optional<PublicNotice> read(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            JsonNode next = node.path("nextUpdate");
            return Optional.of(
                    new PublicNotice(
                            Level.valueOf(
                                    node.path("level").asText().toUpperCase(java.util.Locale.ROOT)),
                            node.path("ja").asText(),
                            node.path("en").asText(),
                            Instant.parse(node.path("at").asText()),
                            next.isTextual()
                                    ? Optional.of(Instant.parse(next.asText()))
                                    : Optional.empty(),
                            node.path("contact").asText()));
        } catch (IOException | DateTimeException | IllegalArgumentException | FaultException e) {
            return Optional.empty();
        }
    }

    /** As it is published. */
    public byte[] json() {
        ObjectNode node = JSON.createObjectNode();
        node.put("level", level.name().toLowerCase(java.util.Locale.ROOT));
        node.put("ja", japanese);
        node.put("en", english);
        node.put("at", at.toString());
        nextUpdate.ifPresent(time -> node.put("nextUpdate", time.toString()));
        node.put("contact", contact);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
