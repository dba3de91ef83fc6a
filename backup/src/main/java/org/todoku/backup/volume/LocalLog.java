package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The log files of a database directory, read while no Derby writes behind what is read: before a
 * boot, or up to a position that was forced.
 */
public final class LocalLog {
    private static final Pattern NAME = Pattern.compile("log(\\d+)\\.dat");

    private final Path folder;

    public LocalLog(Path databaseDirectory) {
        this.folder = databaseDirectory.resolve("log");
    }

    public Path file(long number) {
        return folder.resolve("log" + number + ".dat");
    }

    /** The numbers of the files there are, ascending. */
    public List<Long> files() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> NAME.matcher(path.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(matcher -> Long.valueOf(matcher.group(1)))
                    .sorted()
                    .toList();
        }
    }

    /** Where the valid log ends; empty without any log file. */
    public Optional<LogPosition> end() throws IOException {
        List<Long> files = files();
        for (int i = files.size() - 1; i >= 0; i--) {
            OptionalLong end = LogScan.validEnd(file(files.get(i)), files.get(i));
            if (end.isPresent()) {
                return Optional.of(new LogPosition(files.get(i), end.getAsLong()));
            }
        }
        return Optional.empty();
    }

    /**
     * The bytes from one position up to another, a chunk for each file. Files before the last are
     * taken to their whole length, which is what Derby left when it went on.
     */
    public List<LogChunk> read(LogPosition from, LogPosition to) throws IOException {
        List<LogChunk> chunks = new ArrayList<>();
        for (long number = from.file(); number <= to.file(); number++) {
            byte[] content = Files.readAllBytes(file(number));
            long start = number == from.file() ? from.offset() : 0;
            long end = number == to.file() ? to.offset() : content.length;
            if (start > content.length || end > content.length) {
                throw new IOException(
                        "log file " + number + " ends at " + content.length + ", before " + to);
            }
            if (start < end) {
                byte[] bytes = Arrays.copyOfRange(content, (int) start, (int) end);
                chunks.add(new LogChunk(new LogPosition(number, start), bytes));
            }
        }
        return chunks;
    }

    /** Whether these bytes lie in the file at this place. */
    public boolean holds(LogChunk chunk) throws IOException {
        Path path = file(chunk.start().file());
        if (!Files.exists(path)) {
            return false;
        }
        byte[] content = Files.readAllBytes(path);
        int start = (int) chunk.start().offset();
        int end = start + chunk.bytes().length;
        return end <= content.length
                && Arrays.equals(content, start, end, chunk.bytes(), 0, chunk.bytes().length);
    }

    /** Deletes the files below a number. Only for what is shipped and that no recovery needs. */
    public void deleteBelow(long number) throws IOException {
        for (long file : files()) {
            if (file < number) {
                Files.deleteIfExists(file(file));
            }
        }
    }
}
