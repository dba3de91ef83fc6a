package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.MailWiring;
import org.todoku.appliance.Outside;
import org.todoku.appliance.Scratch;
import org.todoku.appliance.continuity.outside.PublicNotice;
import org.todoku.appliance.continuity.outside.PublishPlace;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.Notice;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.restore.RestoredDatabase;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells people without the server: on the status page, and by mail straight from the archive. */
@Command(
        name = "notify",
        description =
                "Tells people without the server: puts a notice on the status page and mails it,"
                        + " from the archive through status.notice-relay. Who was sent what is"
                        + " written down in the archive, and merged when the service returns.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class NotifyCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @ArgGroup(exclusive = false, multiplicity = "1")
    private Words words;

    /** What is said. */
    static final class Words {
        @Option(names = "--subject", paramLabel = "TEXT", required = true)
        private String subject = "";

        @Option(
                names = "--body-file",
                paramLabel = "F",
                required = true,
                description = "plain text in UTF-8")
        private Path body = Path.of("");
    }

    @Option(
            names = "--to",
            paramLabel = "WHOM",
            defaultValue = "administrators",
            description =
                    "administrators, members, or page (only the status page); default:"
                            + " ${DEFAULT-VALUE}")
    private To to = To.administrators;

    @Option(
            names = "--organisation",
            paramLabel = "SLUG",
            description = "only of these organisations; may be given more than once")
    private List<String> organisations = new ArrayList<>();

    @Option(
            names = "--english-file",
            paramLabel = "F",
            description = "the same in English, for the status page")
    private @Nullable Path english;

    @Option(
            names = "--next-update",
            paramLabel = "TIME",
            description = "when people will hear more, as 2026-11-26T23:00:00+09:00")
    private @Nullable String nextUpdate;

    @Option(names = "--contact", paramLabel = "TEXT", description = "how to reach you meanwhile")
    private String contact = "";

    @Option(names = "--resolved", description = "the notice says that it is over")
    private boolean resolved;

    @Option(
            names = "--resume",
            paramLabel = "ID",
            description = "goes on with a notice that was interrupted; nobody gets it twice")
    private @Nullable String resume;

    @Option(names = "--dry-run", description = "shows how many would get it; changes nothing")
    private boolean dryRun;

    @Option(names = "--yes", description = "asks nothing")
    private boolean yes;

    /** Whom. */
    @SuppressWarnings("MemberName") // as people type them
    enum To {
        administrators,
        members,
        page
    }

    @Override
    public Integer call() throws IOException, SQLException {
        String text = read(words.body);
        try (Scratch own = Scratch.make("notify");
                Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Path scratch = own.folder();
            ApplianceConfig configured =
                    ArchiveOptions.config(
                            config.file().orElseGet(() -> CapsuleFiles.lay(archive, scratch)));
            Map<String, Object> facts = new LinkedHashMap<>();
            if (to == To.page) {
                publish(configured, text, facts);
                output.result(facts, "told on the status page");
                return 0;
            }
            List<Recipients.Recipient> recipients = recipients(archive, scratch);
            facts.put("recipients", recipients.size());
            if (dryRun || !confirmed(recipients.size())) {
                facts.put("dryRun", true);
                output.result(facts, recipients.size() + " would get it; nothing was changed");
                return 0;
            }
            publish(configured, text, facts);
            return send(archive, configured, text, recipients, facts);
        }
    }

    private List<Recipients.Recipient> recipients(Archive archive, Path scratch)
            throws SQLException {
        output.begin("restore", "reading the addresses from the archive");
        try (RestoredDatabase database =
                ArchivedCopy.open(archive, Chain.read(archive), scratch, output)) {
            Recipients found =
                    Recipients.read(database.connection(), to == To.members, organisations);
            if (found.all().isEmpty()) {
                throw Refusal.usage(
                        "nobody is to be told: there are no such " + to,
                        organisations.isEmpty() ? "try --to members" : "check --organisation");
            }
            output.done("restore", "%,d addresses".formatted(found.all().size()));
            return found.all();
        }
    }

    private boolean confirmed(int recipients) {
        return yes
                || Confirmation.given(
                        "Send \"%s\" to %,d addresses?".formatted(words.subject, recipients));
    }

    private void publish(ApplianceConfig configured, String text, Map<String, Object> facts)
            throws IOException {
        Optional<PublishPlace> place = Outside.place(configured);
        if (place.isEmpty()) {
            output.note("page", "there is no status page: status.publish is not set");
            facts.put("page", false);
            return;
        }
        if (dryRun) {
            return;
        }
        PublicNotice notice =
                new PublicNotice(
                        resolved ? PublicNotice.Level.RESOLVED : PublicNotice.Level.TROUBLE,
                        text,
                        english == null ? "" : read(english),
                        Instant.now(),
                        Optional.ofNullable(nextUpdate).map(NotifyCommand::time),
                        contact);
        try (PublishPlace open = place.get()) {
            open.put(PublicNotice.FILE, notice.json());
        }
        facts.put("page", true);
        output.done("page", "the notice is on the status page");
    }

    private int send(
            Archive archive,
            ApplianceConfig configured,
            String text,
            List<Recipients.Recipient> recipients,
            Map<String, Object> facts) {
        Notices notices = new Notices(archive);
        Notice notice = notice(notices, text);
        facts.put("notice", notice.id());
        EmailAddress from = EmailAddress.of("notice@" + configured.mail().domain());
        var sender =
                new Notifying.Sender(
                        from,
                        configured.http().publicUrl().getHost(),
                        MailWiring.noticeRelays(configured));
        output.begin("send", "sending notice " + notice.id());
        try (Notifying notifying = new Notifying(notices, notice, sender, InstantSource.system())) {
            Map<Outcome, Integer> counts =
                    notifying.run(recipients, (done, of) -> output.progress("send", done, of));
            int handedOver = counts.getOrDefault(Outcome.HANDED_OVER, 0);
            int inDoubt = counts.getOrDefault(Outcome.IN_DOUBT, 0);
            int not = recipients.size() - handedOver - inDoubt;
            facts.put("handedOver", handedOver);
            facts.put("inDoubt", inDoubt);
            facts.put("notSent", not);
            String words =
                    "%,d handed over, %,d in doubt, %,d certainly not sent"
                            .formatted(handedOver, inDoubt, not);
            output.done("send", words);
            output.result(facts, words + "; written down in the archive as " + notice.id());
            return not == 0 ? 0 : FAILED;
        }
    }

    private Notice notice(Notices notices, String text) {
        if (resume != null) {
            return notices.find(resume)
                    .filter(notice -> notice.to().equals(to.name()))
                    .orElseThrow(
                            () ->
                                    Refusal.usage(
                                            "there is no notice " + resume + " to " + to,
                                            "its id was the last word of the command that was"
                                                    + " interrupted"));
        }
        String id =
                "%013d-%s"
                        .formatted(
                                Instant.now().toEpochMilli(),
                                UUID.randomUUID().toString().substring(0, 8));
        Notice notice =
                new Notice(
                        id,
                        Instant.now().toString(),
                        HostName.here(),
                        to.name(),
                        words.subject,
                        text);
        if (!notices.begin(notice)) {
            throw Refusal.failed("the notice " + id + " is there already", "run it again");
        }
        return notice;
    }

    private static Instant time(String text) {
        try {
            return java.time.OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw Refusal.usage(
                    "--next-update " + text + " is no time", "write 2026-11-26T23:00:00+09:00");
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Refusal.usage(
                    "reading " + file + ": " + e, "name a file with plain text in UTF-8");
        }
    }
}
