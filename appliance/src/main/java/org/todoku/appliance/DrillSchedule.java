package org.todoku.appliance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.appliance.web.SystemState;

/**
 * A drill a week, by itself, between two and five in the morning, in a process of its own with the
 * lowest priority. Only while the storage is as it should be: when it turns slow the process is
 * ended and what it wrote is deleted. It works in {@code DIR/drill.tmp}, and only where the disk
 * keeps as much free as it takes. The process does not outlive the server, however that ends.
 */
final class DrillSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(DrillSchedule.class);

    /** A little earlier than a week, so that it is never a week old. */
    private static final Duration EVERY = Duration.ofDays(6);

    private static final int FROM = 2;
    private static final int UNTIL = 5;
    private static final Duration LOOK = Duration.ofMinutes(20);

    /** A server that has just started, above all after a takeover, has other work. */
    private static final Duration FIRST_LOOK = Duration.ofMinutes(10);

    private static final Duration AFTER_TRYING = Duration.ofHours(12);
    private static final Duration LONGEST = Duration.ofHours(2);
    private static final long WATCH_MILLIS = 500;

    private final SystemState state;
    private final Path data;
    private final List<String> command;
    private final InstantSource clock;
    private final NamedLoop loop = new NamedLoop("drill", this::step);
    private Instant tried = Instant.MIN;
    private boolean looked;

    /**
     * Makes it.
     *
     * @param command what holds a drill and ends with 0 when that passed
     */
    DrillSchedule(SystemState state, Path data, List<String> command, InstantSource clock) {
        this.state = state;
        this.data = data;
        this.command = List.copyOf(command);
        this.clock = clock;
    }

    /** The process for this archive. */
    static List<String> process(ApplianceConfig.Archive archive, Path data) {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(Path.of("/usr/bin/nice"))) {
            words.addAll(List.of("/usr/bin/nice", "-n", "19"));
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-XX:+UseSerialGC", "-Xmx384m", "-XX:+PerfDisableSharedMem"));
        words.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add(DrillProcess.class.getName());
        words.add(archive.keyFileIn(data).toAbsolutePath().toString());
        words.add(scratch(data).toAbsolutePath().toString());
        words.add(archive.url().orElseThrow().toString());
        words.add(archive.endpoint().map(Object::toString).orElse(""));
        words.add(archive.region().orElse(""));
        words.add(archive.pathStyle() ? "path-style" : "");
        return words;
    }

    private static Path scratch(Path data) {
        return data.resolve("drill.tmp");
    }

    void start() {
        loop.start();
    }

    void stop(Duration deadline) throws InterruptedException {
        loop.stop(deadline);
    }

    Duration step() throws InterruptedException {
        DrillProcess.delete(scratch(data)); // What a server that was killed has left.
        if (!looked) {
            looked = true;
            return FIRST_LOOK;
        }
        Instant now = clock.instant();
        if (isDue(now) && isWell() && hasRoom()) {
            tried = now;
            hold();
        }
        return LOOK;
    }

    /** At night, and when the last one, by anybody, is too long ago or did not pass. */
    boolean isDue(Instant now) {
        int hour = now.atZone(ZoneId.systemDefault()).getHour();
        if (hour < FROM || hour >= UNTIL || now.isBefore(tried.plus(AFTER_TRYING))) {
            return false;
        }
        Optional<SystemState.Drilled> last =
                state.now().archive().flatMap(SystemState.Archive::lastDrill);
        return last.isEmpty() || !last.get().passed() || last.get().at().plus(EVERY).isBefore(now);
    }

    private boolean isWell() {
        SystemState.Snapshot now = state.now();
        return now.storage().level() == SystemState.Level.NORMAL
                && now.archive()
                        .filter(a -> a.standing() == SystemState.Standing.WRITER)
                        .filter(a -> a.trouble().isEmpty())
                        .isPresent();
    }

    private boolean hasRoom() {
        try (Stream<Path> files = Files.walk(data.resolve("db"))) {
            long size = files.mapToLong(file -> file.toFile().length()).sum();
            long free = Files.getFileStore(data).getUsableSpace();
            if (free < 2 * size) {
                LOG.warn(
                        "no drill: it takes {} bytes, and the disk has only {} left; hold one"
                                + " elsewhere (todoku-migrate drill --kit)",
                        size,
                        free);
                return false;
            }
            return true;
        } catch (IOException e) {
            LOG.warn("no drill: {}", e.toString());
            return false;
        }
    }

    /** Ends the process as soon as anything else is more important. */
    void hold() throws InterruptedException {
        LOG.info("holding a drill: a restore from the archive is tried out");
        try {
            Process process =
                    new ProcessBuilder(command) // Its input stays open as long as we live.
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (!process.waitFor(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                if (!isWell() || loop.stopping() || System.nanoTime() > deadline) {
                    process.destroyForcibly().waitFor();
                    LOG.info("the drill was broken off: the server has other cares");
                    return;
                }
            }
            if (process.exitValue() == 0) {
                LOG.info("the drill passed");
            } else {
                LOG.error("THE DRILL DID NOT PASS: run todoku-migrate drill to see why");
            }
        } catch (IOException e) {
            LOG.warn("no drill: {}", e.toString());
        } finally {
            DrillProcess.delete(scratch(data));
        }
    }
}
