package org.todoku.backup.objects;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Where an archive lies, as an operator writes it: {@code file:///dir} or {@code
 * s3://bucket/prefix}, for S3 with endpoint, region and path style.
 */
public record StoreLocation(
        URI url, Optional<URI> endpoint, Optional<String> region, boolean pathStyle) {
    private static final String HINT = "write file:///folder or s3://bucket/prefix";

    public StoreLocation {
        String scheme = url.getScheme() == null ? "" : url.getScheme();
        switch (scheme) {
            case "file" -> {
                if (url.getPath() == null || url.getPath().length() < 2) {
                    throw wrong(url.toString(), "no folder is named");
                }
            }
            case "s3" -> {
                if (url.getHost() == null && url.getAuthority() == null) {
                    throw wrong(url.toString(), "no bucket is named");
                }
            }
            default -> throw wrong(url.toString(), "neither file: nor s3:");
        }
    }

    public static StoreLocation of(String url) {
        return of(url, null, null, false);
    }

    public static StoreLocation of(
            String url,
            @org.jspecify.annotations.Nullable String endpoint,
            @org.jspecify.annotations.Nullable String region,
            boolean pathStyle) {
        return new StoreLocation(
                uri(url),
                Optional.ofNullable(endpoint).map(StoreLocation::uri),
                Optional.ofNullable(region),
                pathStyle);
    }

    /** A place of its own below this one. */
    public StoreLocation within(String name) {
        String under = url.toString().replaceAll("/+$", "") + "/" + name;
        return new StoreLocation(uri(under), endpoint, region, pathStyle);
    }

    boolean isFolder() {
        return url.getScheme().equals("file");
    }

    Path folder() {
        return Path.of(url.getPath());
    }

    String bucket() {
        return url.getAuthority();
    }

    /** The prefix of every key, empty or ending with a slash. */
    String prefix() {
        String path = url.getPath() == null ? "" : url.getPath().replaceAll("^/+|/+$", "");
        return path.isEmpty() ? "" : path + "/";
    }

    private static URI uri(String text) {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw wrong(text, e.getReason());
        }
    }

    private static BackupException wrong(String text, String why) {
        return new BackupException(
                BackupFault.WRONG_LOCATION, "archive location " + text, why, HINT);
    }

    @Override
    public String toString() {
        return url.toString();
    }
}
