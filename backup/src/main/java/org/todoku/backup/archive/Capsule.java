package org.todoku.backup.archive;

import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/**
 * What a new host needs beside the database: the configuration and the secret files that it names,
 * by the name each had. Sealed like everything else. One that cannot be laid down is refused here.
 *
 * @param files name to content in Base64
 */
public record Capsule(String version, Map<String, String> files) {
    /** The name of the configuration file in a capsule. */
    public static final String CONFIG = "todoku.yaml";

    public Capsule {
        Objects.requireNonNull(version, "version");
        files = Map.copyOf(files);
        files.forEach(
                (name, content) -> {
                    if (name.isBlank() || name.indexOf('\0') >= 0) {
                        throw new IllegalArgumentException("a file without a name");
                    }
                    decode(content);
                });
    }

    public static Capsule empty(String version) {
        return new Capsule(version, Map.of());
    }

    public static String encode(byte[] content) {
        return Base64.getEncoder().encodeToString(content);
    }

    public static byte[] decode(String content) {
        return Base64.getDecoder().decode(content);
    }

    @Override
    public String toString() {
        return "Capsule" + files.keySet();
    }
}
