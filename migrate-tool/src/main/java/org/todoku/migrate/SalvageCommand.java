package org.todoku.migrate;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Scratch;
import org.todoku.appliance.salvaged.SalvagedRow;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.restore.RestoredDatabase;
import org.todoku.backup.volume.LogPosition;
import org.todoku.migrate.salvage.Comparison;
import org.todoku.migrate.salvage.OldDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What an old host committed and the archive never got. */
@Command(
        name = "salvage",
        description = {
            "Lists the rows that an old data directory has and the archive never got; nothing is"
                    + " written to that directory.",
            "With --import puts chosen ones of them into the service that is now."
        },
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class SalvageCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(names = "--from", paramLabel = "OLD_DIR", description = "the old data directory")
    private @Nullable Path from;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "the rows as JSON lines, for --import; holds personal data")
    private @Nullable Path out;

    @Option(
            names = "--scratch",
            paramLabel = "DIR",
            description = "empty; twice as large as the database. Default: a temporary directory")
    private @Nullable Path scratch;

    @Option(
            names = "--import",
            paramLabel = "FILE",
            description =
                    "what --out wrote: puts chosen rows into --data, through the server if one runs there")
    private @Nullable Path file;

    @Option(names = "--data", paramLabel = "DIR", description = "with --import: the service's data")
    private @Nullable Path data;

    @Option(
            names = "--select",
            split = ",",
            paramLabel = "ROWS",
            description = "with --import: numbers (3, 5-9), tables (member), or all")
    private List<String> select = List.of();

    @Option(names = "--dry-run", description = "with --import: shows what is chosen")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        if (file != null && data != null && !select.isEmpty()) {
            return new Importing(file, data, select, output).run(config.file(), dryRun);
        }
        if (file != null || from == null) {
            throw Refusal.usage(
                    "neither --from OLD_DIR, nor --import FILE with --data DIR and --select ROWS",
                    "the first lists, the second takes over what you choose");
        }
        if (scratch != null) {
            return list(from, scratch);
        }
        try (Scratch own = Scratch.make("salvage")) {
            return list(from, own.folder());
        }
    }

    private int list(Path from, Path place) throws IOException {
        if (Files.exists(place)) {
            Restoring.requireEmpty(place);
        }
        if (place.toAbsolutePath().normalize().startsWith(from.toAbsolutePath().normalize())) {
            throw Refusal.usage(
                    "the scratch directory lies in the old one", "nothing may be written there");
        }
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            OldDirectory old = OldDirectory.open(from);
            copyFiles(archive, from);
            return list(archive, old, place);
        } finally {
            Restoring.deleteTree(place);
        }
    }

    private void copyFiles(Archive archive, Path oldData) throws IOException {
        SalvagedFiles found = SalvagedFiles.of(archive, oldData);
        if (found.files().isEmpty()) {
            return;
        }
        String where = "; with --out they are copied";
        if (out != null) {
            Path folder = SalvagedFiles.folder(out);
            found.copyTo(folder);
            where = ", copied to " + folder;
        }
        output.note(
                "files",
                "%,d files of messages are only on the old disk%s"
                        .formatted(found.files().size(), where));
    }

    private int list(Archive archive, OldDirectory old, Path place) throws IOException {
        Chain chain = Chain.read(archive);
        Optional<ForkPoint> fork = old.fork(archive, chain);
        LogPosition archived = fork.map(ForkPoint::end).orElse(new LogPosition(0, 0));
        LogPosition end = old.end();
        output.note(
                "plan",
                "the old log ends at %s, the archive has it up to %s".formatted(end, archived));
        if (!end.isAfter(archived)) {
            output.result(
                    Map.of("rows", 0, "tables", Map.of()),
                    "nothing is missing: the archive has all that this directory has");
            return 0;
        }
        RestorePlan plan =
                RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Position(archived));
        Path theirs = place.resolve("archive");
        output.begin(
                "restore",
                "the archive's state where the other host began: " + Restoring.describe(plan));
        new Restoring(archive, theirs, output.told("restore")).run(plan);
        output.done("restore", "restored");
        output.begin("copy", "copying the old database");
        Path mine = place.resolve("old");
        old.copyTo(mine.resolve("db"));
        output.done("copy", "copied; the old directory is not touched any more");
        Map<String, Integer> tables = compare(mine.resolve("db"), theirs.resolve("db"));
        int rows = tables.values().stream().mapToInt(Integer::intValue).sum();
        output.result(
                Map.of("rows", rows, "tables", tables),
                rows == 0
                        ? "nothing is missing: the log behind the archive's end changed no row"
                        : "%d rows are only on the old disk: %s".formatted(rows, tables));
        return 0;
    }

    private Map<String, Integer> compare(Path mine, Path theirs) throws IOException {
        output.begin("compare", "comparing table by table");
        Map<String, Integer> tables = new TreeMap<>();
        try (RestoredDatabase old = RestoredDatabase.boot(mine);
                RestoredDatabase archived = RestoredDatabase.boot(theirs);
                Lines lines = Lines.to(out)) {
            new Comparison(old.connection(), archived.connection())
                    .run(
                            row -> {
                                tables.merge(row.table(), 1, Integer::sum);
                                lines.add(row);
                                output.row(row);
                            });
        }
        output.done("compare", "compared");
        return tables;
    }

    /** The file of JSON lines, where one is wanted. */
    private record Lines(@Nullable BufferedWriter writer) implements AutoCloseable {
        static Lines to(@Nullable Path file) throws IOException {
            if (file == null) {
                return new Lines(null);
            }
            Files.deleteIfExists(file);
            var owner = PosixFilePermissions.fromString("rw-------");
            Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
            return new Lines(Files.newBufferedWriter(file));
        }

        void add(SalvagedRow row) {
            try {
                if (writer != null) {
                    writer.write(row.line() + "\n");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            if (writer != null) {
                writer.close();
            }
        }
    }
}
