package org.todoku.appliance.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What came with a submitted form: fields with all their values, and files. Immutable. */
public record Form(Map<String, List<String>> fields, Map<String, byte[]> files) {
    public Form {
        fields = Map.copyOf(fields);
        files = Map.copyOf(files);
    }

    /** The first value, trimmed; empty when the field is missing. */
    public String text(String name) {
        return values(name).stream().findFirst().orElse("").strip();
    }

    /** The first value as it was typed. */
    public String untrimmed(String name) {
        return values(name).stream().findFirst().orElse("");
    }

    /** All values of a field. */
    public List<String> values(String name) {
        return fields.getOrDefault(name, List.of());
    }

    /** An uploaded file's bytes. */
    public Optional<byte[]> file(String name) {
        return Optional.ofNullable(files.get(name)).filter(bytes -> bytes.length > 0);
    }
}
