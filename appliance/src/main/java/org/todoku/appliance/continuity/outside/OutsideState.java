package org.todoku.appliance.continuity.outside;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * What everybody may know of the server: {@code heartbeat.json}.
 *
 * @param at when this was so, by the server's clock
 * @param state {@code normal}, {@code slow}, {@code stalled}, {@code isolated}, or {@code stopped}
 *     when it was stopped on purpose
 * @param service where people reach it
 * @param epoch the writer's fencing number; 0 without an archive
 * @param archive how the second copy fares; empty without one
 * @param mailTroubled whether a relay would take no mail, or none leaves although some wait
 */
public record OutsideState(
        Instant at,
        String state,
        URI service,
        long epoch,
        Optional<Copy> archive,
        boolean mailTroubled) {
    /** The name of the file. */
    public static final String FILE = "heartbeat.json";

    /** How often it is replaced while the server runs. */
    public static final Duration EVERY = Duration.ofSeconds(30);

    /** A server that has not been heard of for so long is taken for gone. */
    public static final Duration SILENT = EVERY.multipliedBy(6);

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * The second copy of the data.
     *
     * @param troubled whether it cannot be written at the moment
     * @param damaged how many things were wrong when it was read back last
     */
    public record Copy(
            Duration lag,
            boolean troubled,
            int damaged,
            Optional<Instant> lastBase,
            Optional<Instant> lastDrill,
            Optional<Instant> lastVerified) {}

    /** One whose mail leaves. */
    public OutsideState(Instant at, String state, URI service, long epoch, Optional<Copy> archive) {
        this(at, state, service, epoch, archive, false);
    }

    /** The same, of a server that is being stopped. */
    OutsideState stopped(Instant when) {
        return new OutsideState(when, "stopped", service, epoch, archive);
    }

    /** As it is published. */
    public byte[] json() {
        ObjectNode node = JSON.createObjectNode();
        node.put("at", at.toString());
        node.put("everySeconds", EVERY.toSeconds());
        node.put("state", state);
        node.put("service", service.toString());
        node.put("epoch", epoch);
        node.put("mailTroubled", mailTroubled);
        archive.ifPresent(
                copy -> {
                    ObjectNode told = node.putObject("archive");
                    told.put("lagMs", copy.lag().toMillis());
                    told.put("troubled", copy.troubled());
                    told.put("damaged", copy.damaged());
                    copy.lastBase().ifPresent(t -> told.put("lastBase", t.toString()));
                    copy.lastDrill().ifPresent(t -> told.put("lastDrill", t.toString()));
                    copy.lastVerified().ifPresent(t -> told.put("lastVerified", t.toString()));
                });
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Reads what was published.
     *
     * @throws FaultException {@code PUBLISH_FAILED} when this is no heartbeat
     */
    public static OutsideState read(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            JsonNode copy = node.path("archive");
            return new OutsideState(
                    Instant.parse(node.path("at").asText()),
                    node.path("state").asText(),
                    URI.create(node.path("service").asText()),
                    node.path("epoch").asLong(),
                    copy.isObject() ? Optional.of(copy(copy)) : Optional.empty(),
                    node.path("mailTroubled").asBoolean());
        } catch (IOException | DateTimeException | IllegalArgumentException e) {
            throw new FaultException(
                    Fault.PUBLISH_FAILED,
                    "read the heartbeat",
                    "this is none: " + e.getMessage(),
                    "is this the address of heartbeat.json beside the status page?",
                    e);
        }
    }

    private static Copy copy(JsonNode copy) {
        return new Copy(
                Duration.ofMillis(copy.path("lagMs").asLong()),
                copy.path("troubled").asBoolean(),
                copy.path("damaged").asInt(),
                instant(copy, "lastBase"),
                instant(copy, "lastDrill"),
                instant(copy, "lastVerified"));
    }

    private static Optional<Instant> instant(JsonNode node, String name) {
        return node.hasNonNull(name)
                ? Optional.of(Instant.parse(node.path(name).asText()))
                : Optional.empty();
    }
}
