package org.todoku.appliance.web;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What came with a submitted form: fields with all their values, and files. Immutable. */
public record Form(Map<String, List<String>> fields, Map<String, List<FormFile>> files) {
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
        return files(name).stream().map(FormFile::content).findFirst();
    }

    /** The files of a field, without the empty one that a browser sends when none was chosen. */
    public List<FormFile> files(String name) {
        return files.getOrDefault(name, List.of()).stream()
                .filter(file -> file.content().length > 0)
                .toList();
    }
}
