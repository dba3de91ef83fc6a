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
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.mailcheck.MailCheck;
import org.todoku.appliance.names.Names;

/** Turns the section {@code mail} into what the delivery and inbound features take. */
public final class MailWiring {
    private MailWiring() {}

    static MailSettings settings(ApplianceConfig config, URI publicUrl) {
        refuseWhatIsNotThere(config.mail());
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

    /** A setting that would silently do nothing is worse than a start that stops. */
    private static void refuseWhatIsNotThere(ApplianceConfig.Mail mail) {
        if (mail.mailbox().isPresent()) {
            throw notThere("mail.mailbox", "use mail.listen and let the mail server forward to it");
        }
    }

    private static FaultException notThere(String key, String hint) {
        return new FaultException(
                Fault.CONFIG_INVALID, "use " + key, "this version cannot do it yet", hint);
    }

    private static Relay relay(ApplianceConfig.Relay relay) {
        Optional<Relay.Login> login =
                relay.user()
                        .map(
                                user ->
                                        new Relay.Login(
                                                user,
                                                password(relay.passwordFile().orElseThrow())));
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
        try {
            return relay.security() == RelaySecurity.PLAIN
                    && InetAddress.getByName(relay.at().host()).isLoopbackAddress();
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
                                        password(canary.passwordFile())))
                .toList();
    }

    private static Secret password(Path file) {
        try {
            return new Secret(Files.readString(file).strip());
        } catch (IOException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "read the password from " + file,
                    e.getClass().getSimpleName() + ": " + e.getMessage(),
                    "check the password-file under mail.relays or mail.canaries, and its rights",
                    e);
        }
    }
}
