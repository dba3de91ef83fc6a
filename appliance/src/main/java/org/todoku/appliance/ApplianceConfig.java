package org.todoku.appliance;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator may set, one record per section of {@code todoku.yaml}. Values are checked when
 * they are read ({@link ConfigReader}); who holds one of these may rely on it. Immutable.
 *
 * <p>Secrets are not in here: the file names where they lie, so that a configuration can be shown,
 * mailed to someone who helps, and kept in version control.
 */
public record ApplianceConfig(
        Http http,
        Tls tls,
        DatabaseSection database,
        Volume volume,
        Archive archive,
        Mail mail,
        Status status,
        Dns dns) {

    /** The configuration of somebody who configures nothing. */
    public static ApplianceConfig defaults() {
        return ConfigReader.read(Optional.empty(), Map.of());
    }

    /** The configuration of a file, with the environment's variables above it. */
    public static ApplianceConfig read(Path file, Map<String, String> environment) {
        return ConfigReader.read(Optional.of(file), environment);
    }

    /** The same configuration, reachable at another place: what demo and tests need. */
    public ApplianceConfig withHttp(Http other) {
        return new ApplianceConfig(other, tls, database, volume, archive, mail, status, dns);
    }

    /** The same configuration with other mail settings. */
    public ApplianceConfig withMail(Mail other) {
        return new ApplianceConfig(http, tls, database, volume, archive, other, status, dns);
    }

    /** The same configuration with another archive. */
    public ApplianceConfig withArchive(Archive other) {
        return new ApplianceConfig(http, tls, database, volume, other, mail, status, dns);
    }

    /** The same configuration with another place outside. */
    ApplianceConfig withStatus(Status other) {
        return new ApplianceConfig(http, tls, database, volume, archive, mail, other, dns);
    }

    /** Where the pages are served. {@code publicUrl} is what stands in mails. */
    public record Http(String bind, int port, URI publicUrl) {
        /** Whether browsers reach the pages encrypted, be it through this process or a proxy. */
        public boolean secure() {
            return "https".equals(publicUrl.getScheme());
        }
    }

    /** PEM files; both or none. */
    public record Tls(Optional<Path> certificate, Optional<Path> key) {}

    /** Empty means: embedded Derby in the data directory. */
    public record DatabaseSection(Optional<String> url) {}

    /** How the embedded database's storage behaves when the disk stalls. */
    public record Volume(
            Force force, Duration stallAfter, long writeBehindMaxBytes, Optional<String> device) {}

    /** What has to hold a commit before it is acknowledged. */
    public enum Force {
        LOCAL,
        LOCAL_OR_ARCHIVE,
        LOCAL_AND_ARCHIVE,
        LOCAL_AND_STANDBY;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** The second place of every committed byte. */
    public record Archive(
            Optional<URI> url,
            Optional<URI> endpoint,
            Optional<String> region,
            boolean pathStyle,
            Optional<Path> keyFile,
            Duration shipInterval,
            Duration baseInterval,
            Duration keep) {

        /** The key's place: as configured, else beside the data. */
        public Path keyFileIn(Path dataDirectory) {
            return keyFile.orElseGet(() -> dataDirectory.resolve("archive.key"));
        }
    }

    /**
     * The names that follow the service when it moves, and how they are changed: by RFC 2136 at a
     * server, in Route 53, by executables of one's own, or by several of these.
     *
     * @param names the host names of the pages and of the mail
     * @param ttl of the changed records
     * @param server of the zone, for dynamic updates signed with TSIG
     * @param keyFile holds the TSIG secret in Base64
     * @param route53Zone the id of the hosted zone
     * @param hooks folder of executables
     */
    public record Dns(
            List<String> names,
            Duration ttl,
            Optional<HostAndPort> server,
            Optional<String> zone,
            Optional<String> keyName,
            Optional<Path> keyFile,
            Optional<String> route53Zone,
            Optional<URI> route53Endpoint,
            Optional<Path> hooks) {
        public Dns {
            names = List.copyOf(names);
        }

        /** Whether anything is to be done when the service moves. */
        public boolean isConfigured() {
            return server.isPresent() || route53Zone.isPresent() || hooks.isPresent();
        }
    }

    /** Mail out and in. */
    public record Mail(
            String domain,
            List<Relay> relays,
            Optional<HostAndPort> listen,
            Optional<Mailbox> mailbox,
            List<Dkim> dkim,
            Direct direct,
            List<Canary> canaries) {
        /** Without canary mailboxes. */
        public Mail(
                String domain,
                List<Relay> relays,
                Optional<HostAndPort> listen,
                Optional<Mailbox> mailbox,
                List<Dkim> dkim,
                Direct direct) {
            this(domain, relays, listen, mailbox, dkim, direct, List.of());
        }

        public Mail {
            canaries = List.copyOf(canaries);
            relays = List.copyOf(relays);
            dkim = List.copyOf(dkim);
        }
    }

    /**
     * Sending without a relay.
     *
     * @param on whether mail goes straight to the receivers' servers: only where {@code relays} was
     *     set to an empty list
     * @param resolver whom to ask about names; empty for those of this machine
     */
    public record Direct(boolean on, Optional<HostAndPort> resolver) {
        /** Nothing leaves without a relay. */
        public static final Direct OFF = new Direct(false, Optional.empty());
    }

    /** A mail server that takes our mail. */
    public record Relay(
            RelaySecurity security,
            HostAndPort at,
            Optional<String> user,
            Optional<Path> passwordFile,
            Rate rate,
            int connections) {}

    /** How the connection to a relay is protected; the scheme of its URL. */
    public enum RelaySecurity {
        PLAIN("smtp", 25),
        STARTTLS("smtp+starttls", 587),
        TLS("smtps", 465);

        private final String scheme;
        private final int defaultPort;

        RelaySecurity(String scheme, int defaultPort) {
            this.scheme = scheme;
            this.defaultPort = defaultPort;
        }

        /** The URL scheme that asks for this. */
        public String scheme() {
            return scheme;
        }

        int defaultPort() {
            return defaultPort;
        }
    }

    /** So many things in so much time. */
    public record Rate(int count, Duration per) {
        /** The same rate as a number of things a second. */
        public double perSecond() {
            return count * 1000.0 / per.toMillis();
        }
    }

    /** A mailbox that is read instead of, or besides, listening. */
    public record Mailbox(URI url, Optional<Path> passwordFile) {}

    /** A mailbox of one's own, to which a mail is sent each morning and read back. */
    public record Canary(String address, URI url, Path passwordFile) {}

    /** A key that signs what we send. */
    public record Dkim(String selector, Path keyFile) {}

    /** Where the outside status page goes, and the second way to send notices. */
    public record Status(
            Optional<URI> publish, Optional<Path> passwordFile, Optional<Relay> noticeRelay) {}

    /** A place on the network. */
    public record HostAndPort(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }
}
