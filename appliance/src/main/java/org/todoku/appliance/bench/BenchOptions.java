package org.todoku.appliance.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What each bench is told: where to work, and how to print. */
final class BenchOptions {
    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where to work; on the disk to be measured. Default: the temporary one.")
    private @Nullable Path folder;

    /** Measures in a folder that is there for it alone. */
    interface Work<T> {
        T in(Path scratch) throws Exception;
    }

    boolean isJson() {
        return json;
    }

    /** Does it, and deletes the folder. */
    <T> T run(Work<T> work) throws Exception {
        Path scratch =
                folder == null
                        ? Files.createTempDirectory("todoku-bench")
                        : Files.createTempDirectory(folder, "todoku-bench");
        try {
            return work.in(scratch);
        } finally {
            delete(scratch);
        }
    }

    /** The same, and prints the figures beside the machine. */
    void print(PrintWriter out, Work<List<Figure>> work) throws Exception {
        run(
                scratch -> {
                    Machine machine = Machine.look(scratch);
                    Figure.print(out, machine, work.in(scratch), json);
                    return true;
                });
    }

    static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
