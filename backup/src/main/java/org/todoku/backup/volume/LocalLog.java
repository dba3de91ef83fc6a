package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The log files of a database directory, read while no Derby writes behind what is read: before a
 * boot, or up to a position that was forced. Through the volume while one is attached: what was
 * forced is perhaps only in its memory.
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
        return Volume.names(folder).stream()
                .map(NAME::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.valueOf(matcher.group(1)))
                .sorted()
                .toList();
    }

    /** Where the valid log ends; empty without any log file. */
    public Optional<LogPosition> end() throws IOException {
        List<Long> files = files();
        for (int i = files.size() - 1; i >= 0; i--) {
            OptionalLong end = LogScan.validEnd(content(files.get(i)), files.get(i));
            if (end.isPresent()) {
                return Optional.of(new LogPosition(files.get(i), end.getAsLong()));
            }
        }
        return Optional.empty();
    }

    /**
     * The bytes from one position up to another, a chunk for each file. Files before the last are
     * taken up to their end marker; what lies behind it is room that was not needed.
     */
    public List<LogChunk> read(LogPosition from, LogPosition to) throws IOException {
        List<LogChunk> chunks = new ArrayList<>();
        for (long number = from.file(); number <= to.file(); number++) {
            byte[] content = content(number);
            long start = number == from.file() ? from.offset() : 0;
            long end = number == to.file() ? to.offset() : wholeEnd(content, number);
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
        if (!files().contains(chunk.start().file())) {
            return false;
        }
        byte[] content = content(chunk.start().file());
        int start = (int) chunk.start().offset();
        int end = start + chunk.bytes().length;
        return end <= content.length
                && Arrays.equals(content, start, end, chunk.bytes(), 0, chunk.bytes().length);
    }

    /**
     * Writes a chunk in the place of everything behind its start, durably and before it returns.
     * Only before a boot: no volume may be attached, and the file must reach up to the start. A new
     * file comes to its name only when it is whole.
     */
    public void replaceFrom(LogChunk chunk) throws IOException {
        long number = chunk.start().file();
        for (long later : files()) {
            if (later > number) {
                Files.delete(file(later));
            }
        }
        boolean whole = chunk.start().offset() == 0;
        Path path = whole ? folder.resolve("log" + number + ".dat.new") : file(number);
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (channel.size() < chunk.start().offset()) {
                throw new IOException("log file " + number + " ends before " + chunk.start());
            }
            channel.truncate(chunk.start().offset());
            ByteBuffer bytes = ByteBuffer.wrap(chunk.bytes());
            channel.position(chunk.start().offset());
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        if (whole) {
            Files.move(path, file(number), StandardCopyOption.ATOMIC_MOVE);
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes the files below a number. Only for what is shipped and that no recovery needs. */
    public void deleteBelow(long number) throws IOException {
        for (long file : files()) {
            if (file < number) {
                Volume.delete(file(file));
            }
        }
    }

    private byte[] content(long number) throws IOException {
        return Volume.read(file(number));
    }

    private static long wholeEnd(byte[] content, long number) throws IOException {
        long end =
                LogScan.validEnd(content, number)
                        .orElseThrow(
                                () -> new IOException("log file " + number + " has no header"));
        return Math.min(content.length, end + LogScan.END_MARKER);
    }
}
