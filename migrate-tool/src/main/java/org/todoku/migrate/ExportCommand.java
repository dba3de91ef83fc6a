package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Maintenance;
import org.todoku.appliance.Portability;
import org.todoku.appliance.Scratch;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.portable.Manifest;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** An organisation as a file of CSV and JSON. */
@Command(
        name = "export",
        description =
                "Writes everything of an organisation into a zip file of CSV and JSON"
                        + " (docs/export-format.md): from a data directory on which no server runs, or"
                        + " from the archive without touching the service. Of a running server the"
                        + " console gives the same file.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    private static final String STEP = "export";

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "a data directory on which no server runs; else the archive is read")
    private @Nullable Path data;

    @Option(
            names = "--organisation",
            paramLabel = "SLUG",
            description = "which one; may be left out where there is only one")
    private @Nullable String organisation;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            required = true,
            description = "a file that is not there yet; it will hold personal data")
    private Path to = Path.of("");

    @Override
    public Integer call() throws IOException {
        if (Files.exists(to)) {
            throw Refusal.unsafe(to + " is there already", "name another file, or remove it first");
        }
        Manifest made = data == null ? fromArchive() : fromData(data);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", to.toString());
        facts.put("organisation", made.organisation().slug());
        facts.put("bytes", Files.size(to));
        Map<String, Long> rows = new LinkedHashMap<>();
        made.files().stream()
                .filter(part -> !part.name().contains("/"))
                .forEach(part -> rows.put(part.name(), part.rows()));
        facts.put("rows", rows);
        facts.put("missing", made.missing());
        output.result(
                facts,
                "%s: %,d bytes, %,d members, %,d messages. It holds personal data: keep it safe"
                        .formatted(
                                to,
                                Files.size(to),
                                made.rows("members.csv"),
                                made.rows("messages.jsonl")));
        return 0;
    }

    private Manifest fromData(Path directory) {
        if (!Files.isDirectory(directory.resolve("db"))) {
            throw Refusal.usage(
                    "there is no database in " + directory,
                    "name the directory that todoku serve uses");
        }
        try {
            return Maintenance.carry(directory, config.file(), this::write);
        } catch (FaultException e) {
            if (e.fault() == Fault.DATA_DIR_IN_USE) {
                throw Refusal.unsafe(
                        "a server runs on " + directory,
                        "download the organisation in its console, or export from the archive"
                                + " (--kit FILE in place of --data)");
            }
            throw e;
        }
    }

    private Manifest fromArchive() throws IOException {
        try (Scratch own = Scratch.make("export");
                Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Path scratch = own.folder();
            output.begin("restore", "restoring a copy out of the archive");
            Chain chain = Chain.read(archive);
            RestorePlan plan =
                    RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
            Path copy = scratch.resolve("data");
            var reached = new Restoring(archive, copy, output.told("restore")).run(plan);
            output.done("restore", Restoring.describe(reached));
            return Maintenance.carryCopy(copy, new ArchivedFiles(archive), this::write);
        }
    }

    private Manifest write(Portability portability) {
        Organisation chosen = portability.organisation(Optional.ofNullable(organisation));
        output.begin(STEP, "writing " + chosen.name());
        Manifest made =
                portability.export(chosen.id(), to, (done, of) -> output.progress(STEP, done, of));
        for (String missing : made.missing()) {
            output.note(STEP, "an attachment is nowhere to be found: " + missing);
        }
        output.done(STEP, "%,d files in it".formatted(made.files().size()));
        return made;
    }

    /** The files of messages as the archive has them. */
    private record ArchivedFiles(Archive archive) implements FileStore {
        @Override
        public String put(byte[] content) {
            throw new IllegalStateException("an export writes no files");
        }

        @Override
        public Optional<byte[]> get(String sha256) {
            return archive.blobs().read(sha256);
        }
    }
}
