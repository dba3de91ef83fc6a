package org.todoku.migrate.runbook;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A runbook over a folder: four steps that each make a file in two goes and undo that, the third
 * with the point of no return. What was acted and undone is in the file {@code trace}.
 */
final class FileSteps {
    static final List<String> NAMES = List.of("one", "two", "three", "four");

    private final Path folder;
    private final BiConsumer<String, StepRun> places;

    /**
     * Makes one.
     *
     * @param places told each place in a run, as {@code two:middle}; may throw or end the process
     */
    FileSteps(Path folder, BiConsumer<String, StepRun> places) {
        this.folder = folder;
        this.places = places;
    }

    List<Step> steps() {
        return NAMES.stream().map(this::step).toList();
    }

    Path file(String step) {
        return folder.resolve(step);
    }

    private Step step(String name) {
        Step step =
                Step.named(name, "makes the file " + name)
                        .check(run -> check(name, run))
                        .act(run -> act(name, run))
                        .undo(run -> undo(name, run));
        return name.equals("three") ? step.pointOfNoReturn() : step;
    }

    private Check check(String name, StepRun run) {
        places.accept(name + ":check", run);
        return Files.exists(file(name)) ? Check.done("it is there") : Check.OPEN;
    }

    private String act(String name, StepRun run) {
        trace("act " + name);
        run.rememberOnce("owner", String.valueOf(ProcessHandle.current().pid()));
        try {
            Path half = folder.resolve(name + ".half");
            Files.writeString(half, run.fact("owner").orElseThrow());
            places.accept(name + ":middle", run);
            run.progress(1, 2);
            Files.move(half, file(name));
            places.accept(name + ":end", run);
            return "made";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String undo(String name, StepRun run) {
        trace("undo " + name);
        places.accept(name + ":undo", run);
        try {
            Files.deleteIfExists(file(name));
            Files.deleteIfExists(folder.resolve(name + ".half"));
            return "deleted";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void trace(String line) {
        try {
            Files.writeString(
                    folder.resolve("trace"),
                    line + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<String> traced() throws IOException {
        return Files.readAllLines(folder.resolve("trace"));
    }
}
