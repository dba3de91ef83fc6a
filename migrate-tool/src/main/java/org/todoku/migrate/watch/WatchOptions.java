package org.todoku.migrate.watch;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.MailWiring;
import org.todoku.appliance.continuity.outside.PublishPlaces;
import org.todoku.appliance.kernel.EmailAddress;
import picocli.CommandLine.Option;

/** What {@code status --watch} is told. */
public final class WatchOptions {
    @Option(
            names = "--watch",
            description =
                    "looks again and again, and raises the alarm when the heartbeat stops or"
                            + " drills, bases or the lag go bad")
    private boolean watch;

    @Option(
            names = "--page",
            paramLabel = "URL",
            description =
                    "looks at the published status page (its folder: https://, file:// or s3://)"
                            + " and not at the archive")
    private @Nullable URI page;

    @Option(
            names = "--every",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how often (default: ${DEFAULT-VALUE})")
    private int every;

    @Option(names = "--webhook", paramLabel = "URL", description = "POSTs the alarm there as JSON")
    private List<URI> webhooks = new ArrayList<>();

    @Option(
            names = "--mail-to",
            paramLabel = "ADDRESS",
            description = "mails the alarm, through the relays of --config")
    private List<String> mailTo = new ArrayList<>();

    @Option(
            names = "--looks",
            paramLabel = "N",
            defaultValue = "0",
            description = "ends after so many looks: 0 all is well, 1 it is not; 0: never ends")
    private int looks;

    public boolean isWatch() {
        return watch;
    }

    /** The status page, where one is named. */
    public Optional<Source> pageSource() {
        return Optional.ofNullable(page)
                .map(
                        url ->
                                new PageSource(
                                        PublishPlaces.open(
                                                new PublishPlaces.Named(
                                                        url,
                                                        Optional.empty(),
                                                        Optional.empty(),
                                                        Optional.empty(),
                                                        false)),
                                        url.toString()));
    }

    public Duration every() {
        return Duration.ofSeconds(Math.max(1, every));
    }

    /** 0 for without an end. */
    public int looks() {
        return looks;
    }

    /**
     * The ways to tell people.
     *
     * @param configFile for the relays of a mail
     */
    public List<Alerts> people(Optional<Path> configFile) {
        List<Alerts> people = new ArrayList<>();
        webhooks.forEach(url -> people.add(new Webhook(url)));
        if (mailTo.isEmpty()) {
            return people;
        }
        ApplianceConfig config =
                configFile
                        .map(file -> ApplianceConfig.read(file, System.getenv()))
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "--mail-to takes its relays from --config"));
        EmailAddress from = EmailAddress.of("watch@" + config.mail().domain());
        for (String to : mailTo) {
            EmailAddress address =
                    EmailAddress.parse(to)
                            .orElseThrow(
                                    () ->
                                            new IllegalArgumentException(
                                                    "--mail-to " + to + " is no address"));
            people.add(new MailAlerts(MailWiring.noticeRelays(config), from, address));
        }
        return people;
    }
}
