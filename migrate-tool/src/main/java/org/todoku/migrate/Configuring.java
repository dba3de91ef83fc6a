package org.todoku.migrate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The step that lays the configuration of the old host down where none was given, and the files it
 * names where they are missing. What it wrote it can take away again.
 */
final class Configuring {
    /** Where the configuration lies, among the facts of a run. */
    static final String CONFIG = "config";

    private static final String WROTE = "wrote ";

    private final Archive archive;
    private final RecoveryKit kit;
    private final Optional<Path> given;
    private final Path data;

    Configuring(Archive archive, RecoveryKit kit, Optional<Path> given, Path data) {
        this.archive = archive;
        this.kit = kit;
        this.given = given;
        this.data = data;
    }

    Step step() {
        return Step.named("configuration", "lays down configuration, secrets and the archive's key")
                .act(this::act)
                .undo(this::undo);
    }

    private String act(StepRun run) {
        Optional<Capsule> capsule =
                archive.capsule(archive.newestEpoch().map(Epoch::number).orElse(0L));
        Map<String, String> files = capsule.map(Capsule::files).orElse(Map.of());
        Path config = data.resolve("todoku.yaml");
        Optional<Path> used = given;
        if (given.isEmpty() && files.containsKey(Capsule.CONFIG)) {
            write(run, config, Capsule.decode(files.get(Capsule.CONFIG)));
            used = Optional.of(config);
        }
        used.ifPresent(file -> run.remember(CONFIG, file.toString()));
        Optional<Path> hooks = used.map(ArchiveOptions::config).flatMap(c -> c.dns().hooks());
        Path base = used.map(Path::toAbsolutePath).map(Path::getParent).orElse(data);
        for (Map.Entry<String, String> file : files.entrySet()) {
            if (!file.getKey().equals(Capsule.CONFIG)) {
                Path place = base.resolve(file.getKey()).normalize();
                write(run, place, Capsule.decode(file.getValue()));
                if (hooks.filter(f -> place.startsWith(f.toAbsolutePath().normalize()))
                        .isPresent()) {
                    makeExecutable(place);
                }
            }
        }
        Path key =
                used.map(ArchiveOptions::config)
                        .map(c -> c.archive().keyFileIn(data))
                        .orElse(data.resolve("archive.key"));
        write(run, key, (kit.key().text() + "\n").getBytes(StandardCharsets.UTF_8));
        return given.isPresent()
                ? "using " + given.get()
                : used.isPresent() ? "as on the old host: " + config : "none was kept";
    }

    /** Only executables of that folder are kept. */
    private static void makeExecutable(Path hook) {
        try {
            Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw Refusal.failed(
                    "making " + hook + " executable: " + e, "does it belong to this user?");
        }
    }

    private String undo(StepRun run) {
        for (String name : run.names()) {
            if (name.startsWith(WROTE)) {
                try {
                    Files.deleteIfExists(Path.of(name.substring(WROTE.length())));
                } catch (IOException e) {
                    throw Refusal.failed(
                            "deleting " + name.substring(WROTE.length()) + ": " + e,
                            "delete it yourself: it was written by this command");
                }
            }
        }
        return "deleted what was laid down";
    }

    /**
     * Whole or not at all, and never over something: it says first that the file will be its own.
     */
    private static void write(StepRun run, Path file, byte[] content) {
        if (Files.exists(file)) {
            return;
        }
        run.remember(WROTE + file.toAbsolutePath(), "");
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            Path temporary = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(temporary);
            var owner = PosixFilePermissions.fromString("rw-------");
            Files.createFile(temporary, PosixFilePermissions.asFileAttribute(owner));
            Files.write(temporary, content);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw Refusal.failed(
                    "writing " + file + " from the archive: " + e,
                    "give --config FILE with places that this user may write to");
        }
    }
}
