package org.todoku.migrate.runbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a runbook does when a step fails, and what it leaves. */
class RunbookTest {
    @TempDir Path folder;

    @Test
    void undoesInReverseWhatWasBegun() throws Exception {
        FileSteps files = new FileSteps(folder, failAt("two:end"));
        assertThatThrownBy(() -> run(files)).hasMessage("two:end");
        assertThat(files.traced()).containsExactly("act one", "act two", "undo two", "undo one");
        assertThat(files.file("one")).doesNotExist();
        assertThat(files.file("two")).doesNotExist();
        assertThat(report("json")).contains("\"outcome\" : \"undone\"", "\"why\" : \"two:end\"");
    }

    @Test
    void undoesNothingAfterThePointOfNoReturn() throws Exception {
        FileSteps files = new FileSteps(folder, failAt("three:middle"));
        assertThatThrownBy(() -> run(files)).hasMessage("three:middle");
        assertThat(files.traced()).noneMatch(line -> line.startsWith("undo"));
        assertThat(report("txt")).contains("files: stopped", "failed      three");
        run(new FileSteps(folder, (place, run) -> {}));
        assertThat(files.traced())
                .containsExactly("act one", "act two", "act three", "act three", "act four");
    }

    @Test
    void undoesEverythingWhenItWasOvertaken() throws Exception {
        FileSteps files =
                new FileSteps(
                        folder,
                        (place, run) -> {
                            if (place.equals("four:middle")) {
                                throw new Overtaken(new IllegalStateException("lost"));
                            }
                        });
        assertThatThrownBy(() -> run(files))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lost");
        for (String name : FileSteps.NAMES) {
            assertThat(files.file(name)).doesNotExist();
        }
        assertThat(Journal.isUnderWay(folder.resolve("journal"))).isFalse();
    }

    @Test
    void saysWhenAnUndoFailed() throws Exception {
        FileSteps files =
                new FileSteps(
                        folder,
                        (place, run) -> {
                            if (place.equals("two:end") || place.equals("one:undo")) {
                                throw new IllegalStateException(place);
                            }
                        });
        assertThatThrownBy(() -> run(files)).hasMessage("two:end");
        assertThat(report("txt")).contains("files: stopped", "not undone: one:undo");
        assertThat(Journal.isUnderWay(folder.resolve("journal"))).isTrue();
    }

    @Test
    void beginsAnewWhenTheLastRunIsOver() throws Exception {
        assertThatThrownBy(() -> run(new FileSteps(folder, failAt("two:middle"))))
                .hasMessage("two:middle");
        FileSteps files = new FileSteps(folder, (place, run) -> {});
        assertThat(run(files).isDone()).isTrue();
        assertThat(files.traced().subList(4, 8))
                .containsExactly("act one", "act two", "act three", "act four");
    }

    @Test
    void lockedOutWhileAnotherRuns() {
        Path file = folder.resolve("journal");
        try (Journal held = Journal.open(file, InstantSource.system())) {
            assertThat(held.standing().isOpen()).isFalse();
            assertThatThrownBy(() -> Journal.open(file, InstantSource.system()))
                    .isInstanceOf(RunbookException.class)
                    .hasMessageContaining("another process")
                    .satisfies(e -> assertThat(((RunbookException) e).exitStatus()).isEqualTo(3));
        }
    }

    @Test
    void refusesAJournalThatWasEdited() throws Exception {
        Path file = Files.writeString(folder.resolve("journal"), "hello\n");
        assertThatThrownBy(() -> Journal.open(file, InstantSource.system()))
                .hasMessageContaining("none of ours: hello");
    }

    @Test
    void aPlanShowsTheFormula() {
        Step step =
                Step.named("restore", "restores")
                        .estimate(
                                Estimate.ofBytes("download", 100L << 20, 50L << 20)
                                        .plus(Estimate.ofBytes("redo", 19L << 20, 19L << 20)));
        Plan plan =
                new Runbook("x", List.of(step), Progress.NONE, InstantSource.system())
                        .plan(folder.resolve("journal"));
        assertThat(plan.estimate()).isEqualTo(Duration.ofSeconds(3));
        assertThat(plan.text())
                .contains("download 100.0 MiB / 50.0 MiB/s + redo 19.0 MiB / 19.0 MiB/s");
        assertThat(folder.resolve("journal")).doesNotExist();
    }

    private Report run(FileSteps files) {
        Runbook book = new Runbook("files", files.steps(), Progress.NONE, InstantSource.system());
        try (Journal journal = Journal.open(folder.resolve("journal"), InstantSource.system())) {
            return book.run(journal, folder.resolve("reports"));
        }
    }

    private String report(String suffix) throws Exception {
        try (var files = Files.list(folder.resolve("reports"))) {
            Path file =
                    files.filter(f -> f.toString().endsWith(suffix))
                            .max(Path::compareTo)
                            .orElseThrow();
            return Files.readString(file);
        }
    }

    private static BiConsumer<String, StepRun> failAt(String wanted) {
        return (place, run) -> {
            if (place.equals(wanted)) {
                throw new IllegalStateException(place);
            }
        };
    }
}
