package org.todoku.migrate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.todoku.appliance.Version;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ProbeVerdict;
import org.todoku.backup.objects.BucketProbe;
import org.todoku.backup.objects.BucketProbe.Check;
import org.todoku.backup.objects.ObjectStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tries out what a bucket or folder really keeps. */
@Command(
        name = "probe",
        description = "Finds out whether a bucket or folder keeps what an archive needs of it.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ProbeCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions archive;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Override
    public Integer call() {
        try (ObjectStore store = archive.store(config.file())) {
            output.begin("probe", "trying " + store.location());
            List<Check> checks = new BucketProbe(store, InstantSource.system()).run();
            Map<String, Object> facts = new LinkedHashMap<>();
            for (Check check : checks) {
                String line = check.name() + ": " + check.seen();
                if (check.kept()) {
                    output.done(check.name(), line);
                } else {
                    output.note(check.name(), line);
                }
                facts.put(check.name(), check.kept());
            }
            facts.put("kept", keep(store, checks));
            Optional<Check> failed =
                    checks.stream().filter(check -> check.needed() && !check.kept()).findFirst();
            facts.put("fit", failed.isEmpty());
            output.result(
                    facts,
                    failed.isEmpty()
                            ? "fit: this store can hold an archive and fence a host out"
                            : "not fit: this store cannot fence a host out");
            if (failed.isPresent()) {
                throw Refusal.unsafe(
                        "the store does not keep '%s'".formatted(failed.get().name()),
                        "choose another provider; with this one two hosts could both believe that"
                                + " they are the writer");
            }
            return 0;
        }
    }

    /** The archive remembers the verdict, where there is one and these options open it. */
    private boolean keep(ObjectStore store, List<Check> checks) {
        if (!archive.namesKey(config.file()) || !Archive.exists(store)) {
            output.note(
                    "verdict",
                    "not kept in the archive: that needs its key (--key-file or --kit), and an"
                            + " archive there");
            return false;
        }
        Archive opened = Archive.open(store, archive.kit(config.file()).key());
        opened.put(new ProbeVerdict(Instant.now().toString(), Version.TEXT, checks));
        output.done("verdict", "the archive keeps this verdict");
        return true;
    }
}
