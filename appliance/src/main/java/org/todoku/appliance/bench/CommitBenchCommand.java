package org.todoku.appliance.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.todoku.appliance.bench.FrozenDisk.Freeze;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code todoku bench commit}: how fast durable commits are beside plain Derby, and what becomes of
 * them while the disk is frozen. Exits with 0 also where a goal is missed: it measures, it does not
 * judge.
 */
@Command(
        name = "commit",
        description = {
            "Durable commits: plain Derby beside the volume with an archive, in the same run;",
            "and with the data disk frozen (as root only)."
        },
        mixinStandardHelpOptions = true)
final class CommitBenchCommand implements Callable<Integer> {
    private static final int WRITERS = 4;
    private static final int STEADY_WRITERS = 64;
    private static final int STEADY_PER_SECOND = 200;

    @Mixin private BenchOptions options;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "2",
            description = "Length of one measurement (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "9",
            description = "Measurements of each kind (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--ship-seconds",
            paramLabel = "N",
            defaultValue = "30",
            description =
                    "How long 500 commits a second are shipped; 0: not at all (default:"
                            + " ${DEFAULT-VALUE}).")
    private int shipSeconds;

    @Option(
            names = "--frozen-seconds",
            paramLabel = "N",
            defaultValue = "20",
            description = "How long the disk is frozen; 0: not at all (default: ${DEFAULT-VALUE}).")
    private int frozenSeconds;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "0",
            description = "Freezes it once more, for so long, at 200 writes a second.")
    private int minutes;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        return options.run(this::measure);
    }

    private Integer measure(Path scratch) throws Exception {
        Machine machine = Machine.look(scratch);
        List<Figure> figures = new ArrayList<>();
        if (rounds > 0) {
            figures.addAll(new CommitSpeed(scratch, Duration.ofSeconds(seconds), rounds).run());
        }
        if (shipSeconds > 0) {
            figures.addAll(new ShipSpeed(scratch, Duration.ofSeconds(shipSeconds)).run());
        }
        Optional<String> skipped = frozen(scratch, figures);
        print(machine, figures, skipped);
        return 0;
    }

    /** Why that was not measured; empty when it was, or was not asked for. */
    private Optional<String> frozen(Path scratch, List<Figure> figures) throws Exception {
        List<Freeze> freezes = new ArrayList<>();
        if (frozenSeconds > 0) {
            var load = new Writers.Load(WRITERS, 0);
            freezes.add(new Freeze("frozen", load, Duration.ofSeconds(frozenSeconds)));
        }
        if (minutes > 0) {
            var load = new Writers.Load(STEADY_WRITERS, STEADY_PER_SECOND);
            freezes.add(new Freeze("frozenLong", load, Duration.ofMinutes(minutes)));
        }
        if (freezes.isEmpty()) {
            return Optional.empty();
        }
        try {
            figures.addAll(new FrozenDisk(scratch).run(freezes));
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void print(Machine machine, List<Figure> figures, Optional<String> skipped)
            throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (options.isJson()) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("machine", machine.json());
            all.put("figures", figures.stream().map(Figure::json).toList());
            skipped.ifPresent(why -> all.put("frozenSkipped", why));
            out.println(new ObjectMapper().writeValueAsString(all));
        } else {
            out.println(machine.line());
            figures.forEach(figure -> out.println(figure.line()));
            skipped.ifPresent(why -> out.println("SKIPPED, the frozen disk: " + why));
        }
        out.flush();
    }
}
