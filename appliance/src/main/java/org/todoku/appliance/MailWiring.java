package org.todoku.appliance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.ApplianceConfig.RelaySecurity;
import org.todoku.appliance.delivery.MailSettings;
import org.todoku.appliance.delivery.Relay;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.delivery.health.CanaryMailbox;
import org.todoku.appliance.inbound.mailbox.MailboxPlace;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.mailcheck.MailCheck;
import org.todoku.appliance.names.Names;

/** Turns the section {@code mail} into what the delivery and inbound features take. */
public final class MailWiring {
    private static final int IMAP = 143;
    private static final int IMAPS = 993;

    private MailWiring() {}

    static MailSettings settings(ApplianceConfig config, URI publicUrl) {
        List<DkimKey> keys =
                config.mail().dkim().stream()
                        .map(key -> DkimKey.read(key.selector(), key.keyFile()))
                        .toList();
        List<Relay> relays = config.mail().relays().stream().map(MailWiring::relay).toList();
        return new MailSettings(
                config.mail().domain(),
                publicUrl,
                Language.JA,
                keys,
                relays,
                config.mail().direct().on());
    }

    /** Whom this appliance asks about names. */
    static Names names(ApplianceConfig.Mail mail) {
        return Names.at(
                mail.direct().resolver().map(at -> new InetSocketAddress(at.host(), at.port())));
    }

    /** What receivers will look up about mail from here. */
    static MailCheck check(ApplianceConfig config, MailSettings settings) {
        List<String> senders =
                config.mail().relays().stream()
                        .filter(relay -> !isLoopback(relay))
                        .map(relay -> relay.at().host())
                        .toList();
        boolean beside =
                config.mail().relays().isEmpty() || senders.size() < config.mail().relays().size();
        return new MailCheck(
                names(config.mail()),
                new MailCheck.Setting(
                        settings.domain(),
                        settings.dkim(),
                        config.http().publicUrl().getHost(),
                        config.mail().listen().isPresent(),
                        beside ? List.of() : senders));
    }

    /** The relays for notices while there is no server: the second way first. */
    public static List<Relay> noticeRelays(ApplianceConfig config) {
        List<ApplianceConfig.Relay> all = new ArrayList<>();
        config.status().noticeRelay().ifPresent(all::add);
        all.addAll(config.mail().relays());
        return all.stream().map(MailWiring::relay).toList();
    }

    /** The mailbox, with its password read: one that cannot be had stops the start. */
    static MailboxPlace mailbox(ApplianceConfig.Mailbox mailbox) {
        URI url = mailbox.url();
        boolean direct = "imaps".equals(url.getScheme());
        String host = url.getHost().replaceAll("[\\[\\]]", "");
        MailboxPlace.Tls tls =
                direct
                        ? MailboxPlace.Tls.IMPLICIT
                        : isLoopback(host) ? MailboxPlace.Tls.NONE : MailboxPlace.Tls.STARTTLS;
        String folder = url.getPath() == null ? "" : url.getPath().replaceFirst("^/", "");
        int standard = direct ? IMAPS : IMAP;
        return new MailboxPlace(
                host,
                url.getPort() < 0 ? standard : url.getPort(),
                tls,
                url.getUserInfo(),
                password(mailbox.passwordFile().orElseThrow(), "mail.mailbox-password-file"),
                folder.isEmpty() ? "INBOX" : folder);
    }

    private static Relay relay(ApplianceConfig.Relay relay) {
        Optional<Relay.Login> login =
                relay.user()
                        .map(
                                user ->
                                        new Relay.Login(
                                                user,
                                                password(
                                                        relay.passwordFile().orElseThrow(),
                                                        "mail.relays[…].password-file")));
        return new Relay(
                relay.at().host(),
                relay.at().port(),
                tls(relay),
                login,
                relay.rate().perSecond(),
                relay.connections());
    }

    private static Relay.Tls tls(ApplianceConfig.Relay relay) {
        return switch (relay.security()) {
            case TLS -> Relay.Tls.IMPLICIT;
            case STARTTLS -> Relay.Tls.REQUIRED;
            case PLAIN -> isLoopback(relay) ? Relay.Tls.NONE : Relay.Tls.WHEN_OFFERED;
        };
    }

    private static boolean isLoopback(ApplianceConfig.Relay relay) {
        return relay.security() == RelaySecurity.PLAIN && isLoopback(relay.at().host());
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false; // Said again, and with a retry, when mail is to be sent there.
        }
    }

    /** The mailboxes in which our own mails are looked for. */
    static List<CanaryMailbox> canaries(ApplianceConfig.Mail mail) {
        return mail.canaries().stream()
                .map(
                        canary ->
                                new CanaryMailbox(
                                        EmailAddress.of(canary.address()),
                                        canary.url(),
                                        password(
                                                canary.passwordFile(),
                                                "mail.canaries[…].password-file")))
                .toList();
    }

    private static Secret password(Path file, String key) {
        try {
            return new Secret(Files.readString(file).strip());
        } catch (IOException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "read the password from " + file,
                    e.getClass().getSimpleName() + ": " + e.getMessage(),
                    "check " + key + " and the rights of the file",
                    e);
        }
    }
}
