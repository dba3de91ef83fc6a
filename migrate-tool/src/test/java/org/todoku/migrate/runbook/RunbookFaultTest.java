package org.todoku.migrate.runbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Real processes that die, or are told to end, at each place of a runbook. */
class RunbookFaultTest {
    @TempDir Path folder;

    static Stream<String> places() {
        return FileSteps.NAMES.stream()
                .flatMap(step -> Stream.of(step + ":check", step + ":middle", step + ":end"));
    }

    @ParameterizedTest
    @MethodSource("places")
    void goesOnAfterAKill(String place) throws Exception {
        assertThat(child(place, "kill").waitFor()).isEqualTo(137);
        // A crash may also cut the line that was being written.
        Files.writeString(journal(), "{\"at\":\"2026", StandardOpenOption.APPEND);
        FileSteps files = new FileSteps(folder, (reached, run) -> {});
        Runbook book = book(files);
        String died = place.substring(0, place.indexOf(':'));
        Plan plan = book.plan(journal());
        assertThat(plan.steps().stream().filter(Plan.Planned::isDone).map(Plan.Planned::name))
                .isEqualTo(FileSteps.NAMES.subList(0, FileSteps.NAMES.indexOf(died)));
        try (Journal journal = Journal.open(journal(), InstantSource.system())) {
            assertThat(book.run(journal, folder.resolve("reports")).isDone()).isTrue();
        }
        for (String name : FileSteps.NAMES) {
            assertThat(files.file(name)).exists();
            long acted = files.traced().stream().filter(("act " + name)::equals).count();
            boolean twice = place.equals(name + ":middle");
            assertThat(acted).as(name).isEqualTo(twice ? 2 : 1);
            // What one process remembered, the other knows.
            assertThat(files.file(name)).hasContent(owner());
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void abortsARunThatWasKilledOrSaysWhyNot(String place) throws Exception {
        assertThat(child(place, "kill").waitFor()).isEqualTo(137);
        FileSteps files = new FileSteps(folder, (reached, run) -> {});
        boolean late = place.startsWith("four") || place.matches("three:(middle|end)");
        try (Journal journal = Journal.open(journal(), InstantSource.system())) {
            if (late) {
                org.assertj.core.api.Assertions.assertThatThrownBy(
                                () -> book(files).abort(journal, folder.resolve("reports")))
                        .isInstanceOf(RunbookException.class)
                        .hasMessageContaining("nothing leads back");
                assertThat(files.file("one")).exists();
            } else {
                book(files).abort(journal, folder.resolve("reports"));
                assertThat(made()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("places")
    void undoesAtSigtermBeforeThePointOfNoReturn(String place) throws Exception {
        Process child = child(place, "wait");
        try (BufferedReader out = child.inputReader()) {
            assertThat(out.readLine()).isEqualTo("waiting");
            child.destroy();
            assertThat(child.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        boolean late = place.startsWith("four") || place.matches("three:(middle|end)");
        if (late) {
            assertThat(new FileSteps(folder, (reached, run) -> {}).file("two")).exists();
            assertThat(Journal.isUnderWay(journal())).isTrue();
        } else {
            assertThat(made()).isEmpty();
            assertThat(Journal.isUnderWay(journal())).isFalse();
        }
        assertThat(folder.resolve("reports")).isNotEmptyDirectory();
    }

    private Process child(String place, String how) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(RunbookChild.class.getName(), folder.toString(), place, how));
        return new ProcessBuilder(command)
                .redirectError(folder.resolve("child.err").toFile())
                .start();
    }

    private List<String> made() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> FileSteps.NAMES.contains(name) || name.endsWith(".half"))
                    .toList();
        }
    }

    private String owner() {
        return Journal.fact(journal(), "owner").orElseThrow();
    }

    private Path journal() {
        return folder.resolve("journal");
    }

    private static Runbook book(FileSteps files) {
        return new Runbook("files", files.steps(), Progress.NONE, InstantSource.system());
    }
}
