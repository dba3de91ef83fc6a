package org.todoku.migrate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.Version;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;

/**
 * The steps of the emergency move, in order. The configuration is laid down before the claim, since
 * the claim names the address of the service. The claim ends the old host's epoch first: from then
 * on nothing that it ships can come into the archive, so that what the new ledger calls certainly
 * not sent cannot be sent by a host that still runs.
 */
final class Takeover {
    private final Archive archive;
    private final Path data;
    private final Output output;
    private final NodeFile node = NodeFile.fresh();

    Takeover(Archive archive, Path data, Output output) {
        this.archive = archive;
        this.data = data;
        this.output = output;
    }

    /**
     * Ends the old host's epoch and claims the next for this directory.
     *
     * @return the chain as the old host left it: nothing can be added to it any more
     */
    Chain claim(Chain found, Optional<ApplianceConfig> config) {
        Chain chain = found.seal(HostName.here());
        long number = chain.newest().map(Epoch::number).orElse(0L) + 1;
        output.begin("claim", "claiming epoch " + number);
        Epoch epoch =
                new Epoch(
                        number,
                        node.owner(),
                        HostName.here(),
                        config.map(c -> c.http().publicUrl()).map(URI::toString).orElse(""),
                        chain.tail(),
                        Instant.now().toString(),
                        Version.TEXT);
        if (!archive.claim(epoch)) {
            throw new BackupException(
                    BackupFault.CLAIM_LOST,
                    "claiming epoch " + number,
                    "another host claimed it at the same moment",
                    "todoku-migrate status shows who serves now");
        }
        output.done("claim", "epoch " + number + " is ours; the old host is fenced out");
        return chain;
    }

    void restore(RestorePlan plan) {
        Restore.Reached reached = new Restoring(archive, data, output).run(plan);
        var restored =
                new NodeFile.Restored(
                        reached.to(), archive.location(), Instant.now().toString(), true);
        new NodeFile(node.owner(), Optional.of(restored)).write(data);
    }

    /**
     * Lays the configuration of the old host down where none was given, and the files it names
     * where they are missing.
     *
     * @return the configuration file to start with
     */
    Optional<Path> configuration(RecoveryKit kit, Optional<Path> given) {
        output.begin("configuration", "configuration and secrets");
        Optional<Capsule> capsule =
                archive.capsule(archive.newestEpoch().map(Epoch::number).orElse(0L));
        Map<String, String> files = capsule.map(Capsule::files).orElse(Map.of());
        Path config = data.resolve("todoku.yaml");
        Optional<Path> used = given;
        if (given.isEmpty() && files.containsKey(Capsule.CONFIG)) {
            write(config, Capsule.decode(files.get(Capsule.CONFIG)));
            used = Optional.of(config);
        }
        Path base = used.map(Path::toAbsolutePath).map(Path::getParent).orElse(data);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = base.resolve(file.getKey());
            if (!file.getKey().equals(Capsule.CONFIG) && !Files.exists(path)) {
                write(path, Capsule.decode(file.getValue()));
            }
        }
        Path key =
                used.map(ArchiveOptions::config)
                        .map(c -> c.archive().keyFileIn(data))
                        .orElse(data.resolve("archive.key"));
        if (!Files.exists(key)) {
            write(key, (kit.key().text() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        output.done(
                "configuration",
                given.isPresent()
                        ? "using " + given.get()
                        : used.isPresent() ? "as on the old host: " + config : "none was kept");
        return used;
    }

    /** Boots the database once, checks every table and what must be true of the rows. */
    Map<String, Object> check() {
        return new RestoredCheck(output).run(data).facts();
    }

    private static void write(Path file, byte[] content) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            var owner = PosixFilePermissions.fromString("rw-------");
            Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
            Files.write(file, content);
        } catch (IOException e) {
            throw Refusal.failed(
                    "writing " + file + " from the archive: " + e,
                    "give --config FILE with places that this user may write to");
        }
    }
}
