package org.todoku.appliance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.ApplianceConfig.Archive;
import org.todoku.appliance.ApplianceConfig.Mail;
import org.todoku.appliance.ApplianceConfig.Rate;
import org.todoku.appliance.ApplianceConfig.Relay;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Writes a configuration as the YAML that would give it; passwords in addresses become stars. */
final class ConfigPrinter {
    private ConfigPrinter() {}

    static String yaml(ApplianceConfig config) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put(
                "http",
                section(
                        "bind", config.http().bind(),
                        "port", config.http().port(),
                        "public-url", config.http().publicUrl()));
        all.put(
                "tls",
                section("certificate", config.tls().certificate(), "key", config.tls().key()));
        all.put("database", section("url", config.database().url()));
        all.put(
                "volume",
                section(
                        "force", config.volume().force().text(),
                        "stall-after", config.volume().stallAfter(),
                        "write-behind-max", size(config.volume().writeBehindMaxBytes()),
                        "device", config.volume().device()));
        all.put("archive", archive(config.archive()));
        all.put("mail", mail(config.mail()));
        all.put(
                "status",
                section(
                        "publish", config.status().publish(),
                        "password-file", config.status().passwordFile(),
                        "notice-relay", config.status().noticeRelay().map(ConfigPrinter::url),
                        "notice-relay-password-file",
                                config.status().noticeRelay().flatMap(Relay::passwordFile)));
        all.put("dns", dns(config.dns()));
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setIndicatorIndent(2);
        options.setIndentWithIndicator(true);
        return new Yaml(options).dump(all);
    }

    private static Map<String, Object> archive(Archive archive) {
        return section(
                "url", archive.url(),
                "endpoint", archive.endpoint(),
                "region", archive.region(),
                "path-style", archive.pathStyle(),
                "key-file", archive.keyFile(),
                "ship-interval", archive.shipInterval(),
                "base-interval", archive.baseInterval(),
                "keep", archive.keep());
    }

    private static Map<String, Object> dns(ApplianceConfig.Dns dns) {
        return section(
                "names", String.join(", ", dns.names()),
                "ttl", dns.ttl(),
                "server", dns.server(),
                "zone", dns.zone(),
                "key-name", dns.keyName(),
                "key-file", dns.keyFile(),
                "route53-zone", dns.route53Zone(),
                "route53-endpoint", dns.route53Endpoint(),
                "hooks", dns.hooks());
    }

    private static Map<String, Object> mail(Mail mail) {
        List<Map<String, Object>> relays =
                mail.relays().stream().map(ConfigPrinter::relay).toList();
        List<Map<String, Object>> dkim =
                mail.dkim().stream()
                        .map(d -> section("selector", d.selector(), "key-file", d.keyFile()))
                        .toList();
        List<Map<String, Object>> canaries =
                mail.canaries().stream()
                        .map(
                                canary ->
                                        section(
                                                "address", canary.address(),
                                                "url", canary.url(),
                                                "password-file", canary.passwordFile()))
                        .toList();
        return section(
                "domain", mail.domain(),
                "relays", relays,
                "listen", mail.listen(),
                "mailbox", mail.mailbox().map(ApplianceConfig.Mailbox::url),
                "mailbox-password-file",
                        mail.mailbox().flatMap(ApplianceConfig.Mailbox::passwordFile),
                "dkim", dkim,
                "resolver", mail.direct().resolver(),
                "canaries", canaries);
    }

    private static Map<String, Object> relay(Relay relay) {
        Map<String, Object> section =
                section(
                        "url", url(relay),
                        "rate", relay.rate(),
                        "connections", relay.connections());
        relay.passwordFile().ifPresent(file -> section.put("password-file", file.toString()));
        return section;
    }

    private static String url(Relay relay) {
        String user = relay.user().map(name -> name + "@").orElse("");
        return relay.security().scheme() + "://" + user + relay.at();
    }

    private static Map<String, Object> section(Object... keysAndValues) {
        Map<String, Object> section = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            section.put((String) keysAndValues[i], plain(keysAndValues[i + 1]));
        }
        return section;
    }

    private static Object plain(Object value) {
        return switch (value) {
            case java.util.Optional<?> optional -> optional.isEmpty() ? "" : plain(optional.get());
            case Duration duration -> duration(duration);
            case Rate rate -> rate.count() + "/" + duration(rate.per()).substring(1);
            case Path path -> path.toString();
            case Boolean flag -> flag;
            case Integer number -> number;
            case List<?> list -> list;
            default -> ConfigReader.masked(value.toString());
        };
    }

    private static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static String size(long bytes) {
        if (bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % (1L << 10) == 0 ? (bytes >> 10) + "KiB" : bytes + "B";
    }
}
