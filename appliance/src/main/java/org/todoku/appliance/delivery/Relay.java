package org.todoku.appliance.delivery;

import java.util.Optional;
import org.todoku.appliance.kernel.Secret;

/**
 * A mail server that takes our mail.
 *
 * @param ratePerSecond mails a second at most; 0 means no limit
 * @param connections SMTP connections at once, 1 to 50
 */
public record Relay(
        String host,
        int port,
        Tls tls,
        Optional<Login> login,
        double ratePerSecond,
        int connections) {
    /** How the connection is protected. */
    public enum Tls {
        /** STARTTLS when the relay offers it. */
        WHEN_OFFERED,
        /**
         * The same with whatever certificate, and without where it fails: between servers that do
         * not know each other this is more than nothing (RFC 7435).
         */
        OPPORTUNISTIC,
        /** STARTTLS with a good certificate or nothing. */
        REQUIRED,
        /** TLS from the first byte (smtps). */
        IMPLICIT,
        /** Never, for a relay on loopback. */
        NONE
    }

    /** SMTP AUTH. */
    public record Login(String user, Secret password) {}

    public Relay {
        if (host.isBlank() || port < 1 || port > 65535) {
            throw new IllegalArgumentException("relay needs a host and a port");
        }
        if (ratePerSecond < 0 || connections < 1 || connections > 50) {
            throw new IllegalArgumentException(
                    "relay rate must not be negative, connections 1 to 50");
        }
    }

    /** For logs and the ledger. */
    public String name() {
        return host + ":" + port;
    }
}
