package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Maintenance;
import org.todoku.appliance.Portability;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.portable.Export;
import org.todoku.appliance.portable.ExportFile;
import org.todoku.appliance.portable.Manifest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An organisation out of the file that an export made. */
@Command(
        name = "import",
        description =
                "Reads an organisation out of a file that export or the console made, whole or not at"
                        + " all, into a data directory, through the server if one runs there. No mail is sent because"
                        + " of it. With --format members and lists of another program, into an"
                        + " organisation that is there.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
    private static final String STEP = "import";

    @Mixin private ConfigOption config;
    @Mixin private Output output;
    @Mixin private ListImporting lists;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            required = true,
            description = "what export made")
    private Path from = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            required = true,
            description = "the service's data")
    private Path data = Path.of("");

    @Option(
            names = "--slug",
            paramLabel = "SLUG",
            description = "of the new organisation; else the file's own")
    private @Nullable String slug;

    @Option(
            names = "--into",
            paramLabel = "SLUG",
            description =
                    "in place of a new one: an organisation that is there and has no members; with"
                            + " --format the one that gets them")
    private @Nullable String into;

    @Option(
            names = "--admin-email",
            paramLabel = "A",
            description =
                    "who can sign in afterwards: one of the file's administrators, or a new one")
    private @Nullable String email;

    @Option(
            names = "--admin-password-file",
            paramLabel = "F",
            description = "with --admin-email: the first line of this file is the password")
    private @Nullable Path passwordFile;

    @Option(names = "--dry-run", description = "says what it would do; imports nothing")
    private boolean dryRun;

    @Override
    public Integer call() {
        if (slug != null && into != null) {
            throw Refusal.usage("--slug and --into", "give one of them");
        }
        if (lists.isWanted()) {
            return importLists();
        }
        Optional<Portability.SignIn> signIn = signIn();
        output.begin("check", "reading " + from);
        try (ExportFile file = ExportFile.open(from)) {
            Manifest manifest = file.manifest();
            output.done("check", "the file is whole: " + describe(manifest));
            String name =
                    into != null ? into : slug != null ? slug : manifest.organisation().slug();
            var wish = new Portability.Wish(name, into == null, signIn);
            if (dryRun && !Files.exists(data.resolve("db"))) {
                return wouldBeNew(wish);
            }
            Optional<List<String>> served = server().conflicts(from, wish);
            if (served.isPresent()) {
                return run(
                        file,
                        wish,
                        served.get(),
                        progress -> server().take(from, wish, progress::rows));
            }
            return Maintenance.carry(
                    data,
                    config.file(),
                    portable ->
                            run(
                                    file,
                                    wish,
                                    portable.conflicts(file, wish),
                                    progress -> taken(portable.take(file, wish, progress))));
        } catch (FaultException e) {
            throw inUse(e);
        }
    }

    /** There is no database yet: none is made to look into it. */
    private int wouldBeNew(Portability.Wish wish) {
        if (!wish.makes()) {
            throw Refusal.usage(
                    "there is no database in " + data,
                    "--into names an organisation that is there");
        }
        output.result(
                Map.of("organisation", wish.slug(), "conflicts", List.of(), "dryRun", true),
                wish.slug() + " would be imported into a new database; nothing was imported");
        return 0;
    }

    private int importLists() {
        var given = new ListImporting.Given(dryRun, output);
        Optional<String> organisation = Optional.ofNullable(into);
        Optional<Integer> served = lists.run(server(), from, organisation, given);
        if (served.isPresent()) {
            return served.get();
        }
        try {
            return Maintenance.carry(
                    data,
                    config.file(),
                    portable -> lists.run(portable, from, organisation, given));
        } catch (FaultException e) {
            throw inUse(e);
        }
    }

    private RuntimeException inUse(FaultException e) {
        return e.fault() == Fault.DATA_DIR_IN_USE
                ? Refusal.unsafe(
                        "a server runs on " + data,
                        "it does not answer on "
                                + data
                                + "/control.sock: is it another user's, or"
                                + " a standby? Else stop it, import, and start it again")
                : e;
    }

    private RunningServer server() {
        return new RunningServer(data);
    }

    /** Does it, here or in the server. */
    private interface Taking {
        RunningServer.Taken with(Export.Progress progress);
    }

    private static RunningServer.Taken taken(Portability.Imported made) {
        return new RunningServer.Taken(made.organisation().name(), made.token().value());
    }

    private int run(ExportFile file, Portability.Wish wish, List<String> conflicts, Taking taking) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("organisation", wish.slug());
        facts.put("rows", rows(file.manifest()));
        facts.put("missing", file.manifest().missing());
        facts.put("conflicts", conflicts);
        if (dryRun) {
            conflicts.forEach(line -> output.note("check", line));
            facts.put("dryRun", true);
            output.result(
                    facts,
                    "%s would be %s; nothing was imported"
                            .formatted(
                                    wish.slug(),
                                    conflicts.isEmpty()
                                            ? "imported"
                                            : "refused: " + String.join("; ", conflicts)));
            return 0;
        }
        output.begin(STEP, "importing " + wish.slug());
        RunningServer.Taken made = taking.with((done, of) -> output.progress(STEP, done, of));
        output.done(STEP, "imported, in one piece");
        if (wish.signIn().isEmpty()) {
            output.note(
                    STEP,
                    "passwords do not travel: without --admin-email nobody of the file can sign in");
        }
        facts.put("token", made.token());
        output.result(
                facts,
                "%s is here: %s. Nothing was sent; what was being sent is on hold.%ntoken %s"
                        .formatted(made.name(), describe(file.manifest()), made.token()));
        return 0;
    }

    private Optional<Portability.SignIn> signIn() {
        if ((email == null) != (passwordFile == null)) {
            throw Refusal.usage(
                    "--admin-email and --admin-password-file belong together", "give both");
        }
        if (email == null || passwordFile == null) {
            return Optional.empty();
        }
        EmailAddress address =
                EmailAddress.parse(email)
                        .orElseThrow(
                                () -> Refusal.usage("--admin-email is no address", "correct it"));
        try {
            String first = Files.readString(passwordFile).lines().findFirst().orElse("").strip();
            return Optional.of(new Portability.SignIn(address, new Secret(first)));
        } catch (IOException e) {
            throw Refusal.usage(
                    "reading " + passwordFile + ": " + e, "check --admin-password-file");
        }
    }

    private static Map<String, Long> rows(Manifest manifest) {
        Map<String, Long> rows = new LinkedHashMap<>();
        manifest.files().stream()
                .filter(part -> !part.name().contains("/"))
                .forEach(part -> rows.put(part.name(), part.rows()));
        return rows;
    }

    private static String describe(Manifest manifest) {
        return "%s, made %s by %s, %,d members, %,d messages, %,d deliveries"
                .formatted(
                        manifest.organisation().name(),
                        manifest.made(),
                        manifest.program(),
                        manifest.rows("members.csv"),
                        manifest.rows("messages.jsonl"),
                        manifest.rows("deliveries.csv"));
    }
}
