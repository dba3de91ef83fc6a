package org.todoku.migrate;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.Verify;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads the whole archive back. */
@Command(
        name = "verify",
        description = "Reads every object of the archive back and proves that nothing is missing.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Override
    public Integer call() {
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            output.begin("verify", "reading " + archive.location() + " back");
            long begun = System.nanoTime();
            Verification found = new Verify(archive, new Told(), InstantSource.system()).run();
            keep(archive, found);
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("whole", found.isWhole());
            facts.put("bases", found.bases());
            facts.put("segments", found.segments());
            facts.put("bytes", found.bytes());
            facts.put("unfinished", found.unfinished());
            facts.put("problems", found.problems());
            facts.put("seconds", Math.round((System.nanoTime() - begun) / 1e6) / 1e3);
            for (String base : found.unfinished()) {
                output.note(
                        "verify",
                        "base " + base + " has no manifest: interrupted, or deleted in part");
            }
            output.result(facts, text(found));
            if (!found.isWhole()) {
                throw Refusal.failed(
                        "the archive is damaged (%d findings)".formatted(found.problems().size()),
                        "take a new base now (todoku-migrate backup --full --data DIR): it needs none of"
                                + " what is damaged; then find out who deletes or changes objects"
                                + " there");
            }
            return 0;
        }
    }

    /** With credentials that may only read the result is just told. */
    private void keep(Archive archive, Verification found) {
        try {
            archive.put(found);
        } catch (BackupException e) {
            if (e.fault() != BackupFault.STORE_REFUSED) {
                throw e;
            }
            output.note("kept", "the result is not kept in the archive: " + e.why());
        }
    }

    private static String text(Verification found) {
        return "%s: %d whole bases, %,d segments, %,d bytes read%s"
                .formatted(
                        found.isWhole() ? "nothing is missing" : "DAMAGED",
                        found.bases().size(),
                        found.segments(),
                        found.bytes(),
                        found.upTo().map(t -> ", log up to " + t.end()).orElse(""));
    }

    private final class Told implements Verify.Progress {
        @Override
        public void read(String what, long done, long of) {
            output.progress("verify", done, of);
        }

        @Override
        public void problem(String what) {
            output.note("verify", what);
        }
    }
}
