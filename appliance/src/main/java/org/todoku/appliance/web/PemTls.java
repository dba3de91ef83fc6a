package org.todoku.appliance.web;

import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;

/**
 * A certificate and key from PEM files, taken anew when they change, as renewals do every month.
 */
public final class PemTls {
    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);

    private final Path certificate;
    private final Path key;
    private final Tls tls;
    private final NamedLoop loop = new NamedLoop("tls-reload", this::look);
    private List<Long> seen;

    public PemTls(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
        this.seen = modified();
        this.tls = read();
    }

    /** Starts to look for changes. */
    public void start() {
        loop.start();
    }

    /** Stops looking. */
    public void stop(Duration deadline) throws InterruptedException {
        loop.stop(deadline);
    }

    Tls tls() {
        return tls;
    }

    private Duration look() {
        List<Long> now = modified();
        if (!now.equals(seen)) {
            tls.reload(read());
            seen = now;
        }
        return LOOK_EVERY;
    }

    private Tls read() {
        try {
            Keys keys =
                    Keys.builder()
                            .pem(
                                    pem ->
                                            pem.key(Resource.create(key))
                                                    .certChain(Resource.create(certificate)))
                            .build();
            return Tls.builder().privateKey(keys).privateKeyCertChain(keys).build();
        } catch (RuntimeException e) {
            throw refused(String.valueOf(e.getMessage()), e);
        }
    }

    private List<Long> modified() {
        try {
            return List.of(
                    Files.getLastModifiedTime(certificate).toMillis(),
                    Files.getLastModifiedTime(key).toMillis());
        } catch (IOException e) {
            throw refused("a file cannot be read: " + e.getMessage(), e);
        }
    }

    private FaultException refused(String why, Exception cause) {
        return new FaultException(
                Fault.CONFIG_INVALID,
                "use " + certificate + " with " + key,
                why,
                "tls.certificate and tls.key are PEM files that belong together",
                cause);
    }
}
