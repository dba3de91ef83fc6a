package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's counters of a block device. Reading them asks the kernel's memory and never the
 * device, so it answers also while the device does not.
 */
final class BlockDevice {
    private static final int READS = 0;
    private static final int WRITES = 4;
    private static final int IN_FLIGHT = 8;
    private static final int DISCARDS = 11;
    private static final int FLUSHES = 15;

    private final String name;
    private final Path stat;

    private BlockDevice(String name, Path stat) {
        this.name = name;
        this.stat = stat;
    }

    /** Where the kernel shows itself. */
    record Kernel(Path mounts, Path sys) {
        static final Kernel HERE = new Kernel(Path.of("/proc/self/mountinfo"), Path.of("/sys"));
    }

    /**
     * What was counted since the machine started, and what is out now.
     *
     * @param completed requests of every kind that were answered
     */
    record Counters(long completed, long inFlight) {}

    /** A file system, as the kernel's list of mounts has it. */
    private record Mount(String device, String kind, String source) {}

    /**
     * Finds a device.
     *
     * @param named by the operator, as {@code sda} or {@code /dev/mapper/data}; empty for the one
     *     that the directory lies on
     * @throws IOException with the reason where the kernel shows no counters
     */
    static BlockDevice find(Path directory, Optional<String> named, Kernel kernel)
            throws IOException {
        if (named.isPresent()) {
            return ofName(named.get(), kernel);
        }
        Mount mount = mount(Files.exists(directory) ? directory.toRealPath() : directory, kernel);
        Path numbered = kernel.sys().resolve("dev/block").resolve(mount.device());
        if (Files.exists(numbered.resolve("stat"))) {
            return new BlockDevice(fileName(numbered.toRealPath()), numbered.resolve("stat"));
        }
        // A file system of several devices has a number of its own, and names one of them.
        if (mount.source().startsWith("/dev/")) {
            return ofName(mount.source(), kernel);
        }
        throw new IOException("it lies on " + mount.kind() + ", which has none");
    }

    private static BlockDevice ofName(String named, Kernel kernel) throws IOException {
        Path path = Path.of("/dev").resolve(named);
        String name = fileName(Files.exists(path) ? path.toRealPath() : path);
        Path stat = kernel.sys().resolve("class/block").resolve(name).resolve("stat");
        if (!Files.exists(stat)) {
            throw new IOException("there is no block device " + named);
        }
        return new BlockDevice(name, stat);
    }

    /** The innermost mount above the directory; of several at one place the last. */
    private static Mount mount(Path directory, Kernel kernel) throws IOException {
        Mount found = null;
        int depth = -1;
        for (String line : Files.readAllLines(kernel.mounts())) {
            List<String> fields = List.of(line.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash < 5 || fields.size() < dash + 3) {
                continue;
            }
            Path at = Path.of(unescaped(fields.get(4)));
            if (directory.startsWith(at) && at.getNameCount() >= depth) {
                depth = at.getNameCount();
                found = new Mount(fields.get(2), fields.get(dash + 1), fields.get(dash + 2));
            }
        }
        if (found == null) {
            throw new IOException("no mount is above it");
        }
        return found;
    }

    /** Blanks and the like are written as three octal digits. */
    private static String unescaped(String field) {
        Function<java.util.regex.MatchResult, String> letter =
                match ->
                        java.util.regex.Matcher.quoteReplacement(
                                "" + (char) Integer.parseInt(match.group(1), 8));
        return java.util.regex.Pattern.compile("\\\\([0-7]{3})").matcher(field).replaceAll(letter);
    }

    private static String fileName(Path path) {
        @Nullable Path last = path.getFileName();
        return String.valueOf(last);
    }

    String name() {
        return name;
    }

    Counters read() throws IOException {
        String[] fields = Files.readString(stat).strip().split("\\s+", -1);
        try {
            return new Counters(
                    at(fields, READS)
                            + at(fields, WRITES)
                            + at(fields, DISCARDS)
                            + at(fields, FLUSHES),
                    at(fields, IN_FLIGHT));
        } catch (NumberFormatException e) {
            throw new IOException("no counters in " + stat, e);
        }
    }

    /** Older kernels count less. */
    private static long at(String[] fields, int place) {
        return place < fields.length ? Long.parseLong(fields[place]) : 0;
    }
}
