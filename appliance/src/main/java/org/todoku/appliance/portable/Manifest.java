package org.todoku.appliance.portable;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.List;

/**
 * {@code manifest.json}: what the file is, and every other file in it with its length and hash.
 *
 * @param made when, RFC 3339
 * @param program what made it
 * @param missing the SHA-256 of attachments that messages name and nobody had
 */
@JsonPropertyOrder({"format", "version", "made", "program", "organisation", "files", "missing"})
public record Manifest(
        @JsonProperty(required = true) String format,
        @JsonProperty(required = true) int version,
        @JsonProperty(required = true) String made,
        @JsonProperty(required = true) String program,
        @JsonProperty(required = true) Named organisation,
        @JsonProperty(required = true) List<Part> files,
        @JsonProperty(required = true) List<String> missing) {
    /** Its name in the file. */
    public static final String FILE = "manifest.json";

    /** What {@code format} says. */
    public static final String FORMAT = "todoku-export";

    /** What this program writes, and the newest that it reads. */
    public static final int VERSION = 1;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    // A later version may say more; what it means otherwise has another number.
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
                    .build();

    public Manifest {
        files = List.copyOf(files);
        missing = List.copyOf(missing);
    }

    /** The organisation. */
    public record Named(
            @JsonProperty(required = true) String slug,
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String created) {}

    /**
     * One file.
     *
     * @param rows how many records it has; 0 for a mail or an attachment
     */
    public record Part(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) long rows,
            @JsonProperty(required = true) long bytes,
            @JsonProperty(required = true) String sha256) {}

    /** How many records a file has; 0 when it is not there. */
    public long rows(String name) {
        return files.stream().filter(part -> part.name().equals(name)).mapToLong(Part::rows).sum();
    }

    byte[] json() {
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static Manifest read(byte[] json) throws IOException {
        return JSON.readValue(json, Manifest.class);
    }
}
