package org.todoku.appliance.continuity.outside;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;

/** Opens the place that {@code status.publish} names. */
public final class PublishPlaces {
    private PublishPlaces() {}

    /**
     * What the configuration says.
     *
     * @param url {@code file:///folder}, {@code s3://bucket/prefix} or {@code
     *     https://user@host/dir/}
     * @param endpoint of an S3-compatible server; that of the archive
     */
    public record Named(
            URI url,
            Optional<Path> passwordFile,
            Optional<URI> endpoint,
            Optional<String> region,
            boolean pathStyle) {}

    /** Opens it without touching it: whether it answers shows at the first call. */
    public static PublishPlace open(Named named) {
        String scheme = String.valueOf(named.url().getScheme());
        if (scheme.equals("http") || scheme.equals("https")) {
            return new WebPlace(named.url(), named.passwordFile().map(PublishPlaces::secret));
        }
        return new ObjectPlace(
                ObjectStores.open(
                        new StoreLocation(
                                named.url(), named.endpoint(), named.region(), named.pathStyle())));
    }

    private static Secret secret(Path file) {
        try {
            return new Secret(Files.readString(file).strip());
        } catch (IOException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "read status.password-file " + file,
                    e.toString(),
                    "correct the path, or let this user read it",
                    e);
        }
    }
}
