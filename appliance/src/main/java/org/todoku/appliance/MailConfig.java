package org.todoku.appliance;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.todoku.appliance.ApplianceConfig.Canary;
import org.todoku.appliance.ApplianceConfig.Direct;
import org.todoku.appliance.ApplianceConfig.Dkim;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.ApplianceConfig.Mail;
import org.todoku.appliance.ApplianceConfig.Mailbox;
import org.todoku.appliance.ApplianceConfig.Rate;
import org.todoku.appliance.ApplianceConfig.Relay;
import org.todoku.appliance.ApplianceConfig.RelaySecurity;
import org.todoku.appliance.kernel.EmailAddress;

/** Reads the section {@code mail}, the only one with lists and addresses of several kinds. */
final class MailConfig {
    private static final String RELAY_URL =
            "smtp://host:25, smtp+starttls://user@host:587 or smtps://user@host:465";
    private static final String MAILBOX_URL = "imaps://user@host or imap://…";
    private static final Rate STANDARD_RATE = new Rate(50, Duration.ofSeconds(1));
    private static final int STANDARD_CONNECTIONS = 8;
    private static final HostAndPort STANDARD_LISTEN = new HostAndPort("127.0.0.1", 2525);

    private MailConfig() {}

    static Mail read(ConfigSection section) {
        String domain = section.text("domain", "example.jp");
        if (!domain.matches("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")) {
            throw section.wrong("domain", "a mail domain like renraku.example.jp");
        }
        List<Relay> relays = relays(section);
        boolean listenGiven = section.isGiven("listen");
        Optional<HostAndPort> listen = section.hostAndPort("listen");
        Optional<URI> mailbox = section.uri("mailbox", MAILBOX_URL, Set.of("imaps", "imap"));
        mailbox.ifPresent(url -> refuseInlinePassword(section, "mailbox", url));
        Optional<Path> mailboxPassword = section.path("mailbox-password-file");
        if (mailbox.filter(url -> url.getHost() == null || url.getUserInfo() == null).isPresent()) {
            throw section.wrong("mailbox", "imaps://user@host with the user's name");
        }
        if (mailbox.isPresent() != mailboxPassword.isPresent()) {
            throw section.wrong(
                    mailbox.isPresent() ? "mailbox-password-file" : "mailbox",
                    "both mailbox and mailbox-password-file, or neither");
        }
        Mail mail =
                new Mail(
                        domain,
                        relays,
                        listenGiven ? listen : Optional.of(STANDARD_LISTEN),
                        mailbox.map(url -> new Mailbox(url, mailboxPassword)),
                        dkim(section),
                        new Direct(relays.isEmpty(), section.hostAndPort("resolver")),
                        canaries(section));
        section.done();
        return mail;
    }

    private static List<Relay> relays(ConfigSection section) {
        Optional<List<ConfigSection>> items = section.list("relays");
        if (items.isEmpty()) {
            return List.of(
                    new Relay(
                            RelaySecurity.PLAIN,
                            new HostAndPort("127.0.0.1", RelaySecurity.PLAIN.defaultPort()),
                            Optional.empty(),
                            Optional.empty(),
                            STANDARD_RATE,
                            STANDARD_CONNECTIONS));
        }
        List<Relay> relays = new ArrayList<>();
        for (ConfigSection item : items.get()) {
            relays.add(relay(item));
        }
        return relays;
    }

    private static Relay relay(ConfigSection item) {
        String url = item.text("url").orElseThrow(() -> item.wrong("url", RELAY_URL));
        Rate rate = item.rate("rate", STANDARD_RATE);
        int connections = item.number("connections", STANDARD_CONNECTIONS, 1, 100);
        Relay relay = relay(item, new Keys("url", "password-file"), url, rate, connections);
        item.done();
        return relay;
    }

    /** The relay of {@code status.notice-relay}, for when the others are out of reach. */
    static Optional<Relay> noticeRelay(ConfigSection section) {
        Keys keys = new Keys("notice-relay", "notice-relay-password-file");
        Optional<Relay> relay =
                section.text(keys.url)
                        .map(url -> relay(section, keys, url, STANDARD_RATE, STANDARD_CONNECTIONS));
        section.path(keys.passwordFile);
        return relay;
    }

    private record Keys(String url, String passwordFile) {}

    private static Relay relay(
            ConfigSection section, Keys keys, String text, Rate rate, int connections) {
        URI url = relayUrl(section, keys.url, text);
        refuseInlinePassword(section, keys.url, url);
        RelaySecurity security =
                security(url).orElseThrow(() -> section.wrong(keys.url, RELAY_URL));
        int port = url.getPort() < 0 ? security.defaultPort() : url.getPort();
        Relay relay =
                new Relay(
                        security,
                        new HostAndPort(url.getHost().replaceAll("[\\[\\]]", ""), port),
                        Optional.ofNullable(url.getUserInfo()),
                        section.path(keys.passwordFile),
                        rate,
                        connections);
        if (relay.user().isPresent() != relay.passwordFile().isPresent()) {
            throw section.wrong(
                    relay.user().isPresent() ? keys.passwordFile : keys.url,
                    "both a user@ in the url and a password file, or neither");
        }
        return relay;
    }

    private static URI relayUrl(ConfigSection section, String key, String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() == null) {
                throw section.wrong(key, RELAY_URL);
            }
            return url;
        } catch (URISyntaxException e) {
            throw section.wrong(key, RELAY_URL);
        }
    }

    private static Optional<RelaySecurity> security(URI url) {
        for (RelaySecurity security : RelaySecurity.values()) {
            if (security.scheme().equals(url.getScheme())) {
                return Optional.of(security);
            }
        }
        return Optional.empty();
    }

    static void refuseInlinePassword(ConfigSection section, String key, URI url) {
        if (url.getUserInfo() != null && url.getUserInfo().contains(":")) {
            throw section.wrong(key, "a user without a password; the password goes into a file");
        }
    }

    private static List<Canary> canaries(ConfigSection section) {
        List<Canary> canaries = new ArrayList<>();
        for (ConfigSection item : section.list("canaries").orElse(List.of())) {
            String address =
                    item.text("address")
                            .filter(text -> EmailAddress.parse(text).isPresent())
                            .orElseThrow(() -> item.wrong("address", "a mail address"));
            URI url =
                    item.uri("url", MAILBOX_URL, Set.of("imaps", "imap"))
                            .filter(given -> given.getUserInfo() != null)
                            .orElseThrow(() -> item.wrong("url", MAILBOX_URL));
            refuseInlinePassword(item, "url", url);
            canaries.add(
                    new Canary(
                            address,
                            url,
                            item.path("password-file")
                                    .orElseThrow(() -> item.wrong("password-file", "a file"))));
            item.done();
        }
        return canaries;
    }

    private static List<Dkim> dkim(ConfigSection section) {
        List<Dkim> keys = new ArrayList<>();
        for (ConfigSection item : section.list("dkim").orElse(List.of())) {
            String selector =
                    item.text("selector")
                            .orElseThrow(() -> item.wrong("selector", "a name like s1"));
            keys.add(
                    new Dkim(
                            selector,
                            item.path("key-file")
                                    .orElseThrow(() -> item.wrong("key-file", "a PEM file"))));
            item.done();
        }
        return keys;
    }
}
