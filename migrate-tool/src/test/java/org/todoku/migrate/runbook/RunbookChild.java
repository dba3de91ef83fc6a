package org.todoku.migrate.runbook;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs {@link FileSteps} in a process of its own and at one place kills itself, or waits there to
 * be told to end. Arguments: folder, place, {@code kill} or {@code wait}.
 */
public final class RunbookChild {
    private RunbookChild() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        FileSteps files = new FileSteps(folder, (place, run) -> reached(place, run, args));
        Runbook book = new Runbook("files", files.steps(), Progress.NONE, InstantSource.system());
        try (Journal journal = Journal.open(folder.resolve("journal"), InstantSource.system())) {
            book.run(journal, folder.resolve("reports"));
            System.out.println("done");
        }
    }

    @SuppressWarnings("SystemOut")
    private static void reached(String place, StepRun run, String[] args) {
        if (!place.equals(args[1])) {
            return;
        }
        if (args[2].equals("kill")) {
            Runtime.getRuntime().halt(137);
        }
        System.out.println("waiting");
        while (true) {
            run.stopIfAsked();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
