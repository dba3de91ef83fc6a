package org.todoku.migrate.runbook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Optional;
import org.todoku.migrate.runbook.Standing.Entry;

/**
 * A file in which a run writes what it has begun and done, one JSON object a line, each on the disk
 * before the run goes on. It is only ever added to; a line that a crash cut off counts as not
 * written. Locked while it is open: two processes cannot run one runbook.
 */
public final class Journal implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private final FileChannel channel;
    private final InstantSource clock;
    private final Standing standing;

    private Journal(Path file, FileChannel channel, InstantSource clock, Standing standing) {
        this.file = file;
        this.channel = channel;
        this.clock = clock;
        this.standing = standing;
    }

    /**
     * Opens it, makes it where there is none, and finds out how far its last run came.
     *
     * @throws RunbookException where another process has it open, or a line cannot be read
     */
    public static Journal open(Path file, InstantSource clock) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            FileChannel channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            try {
                lock(file, channel);
                Standing standing = new Standing();
                long end = replay(file, Files.readAllBytes(file), standing);
                channel.truncate(end).position(end);
                return new Journal(file, channel, clock, standing);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /** How far the run in this file came; without locking it. Empty where there is none. */
    static Optional<Standing> peek(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            Standing standing = new Standing();
            replay(file, Files.readAllBytes(file), standing);
            return Optional.of(standing);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /**
     * Whether a run was begun here and is neither done nor undone: the next one goes on with it.
     */
    public static boolean isUnderWay(Path file) {
        return peek(file).filter(Standing::isOpen).isPresent();
    }

    /** Whether the last run that was begun here is done. */
    public static boolean isDone(Path file) {
        return peek(file).filter(last -> last.outcome().equals(Report.DONE)).isPresent();
    }

    /** What a run that is under way, or done, has remembered under this name. */
    public static Optional<String> fact(Path file, String name) {
        return peek(file).flatMap(standing -> standing.fact(name));
    }

    Path file() {
        return file;
    }

    Standing standing() {
        return standing;
    }

    void opened(String runbook) {
        write("opened", "", runbook, "");
    }

    void began(String step) {
        write("began", step, "", "");
    }

    void noReturn(String step) {
        write("noReturn", step, "", "");
    }

    void fact(String step, String name, String value) {
        write("fact", step, name, value);
    }

    void done(String step, String message) {
        write("done", step, "", message);
    }

    void failed(String step, String message) {
        write("failed", step, "", message);
    }

    void undone(String step, String message) {
        write("undone", step, "", message);
    }

    void closed(String outcome) {
        write("closed", "", "", outcome);
    }

    private void write(String event, String step, String name, String value) {
        Entry entry = new Entry(clock.instant().toString(), event, step, name, value);
        try {
            byte[] line = (JSON.writeValueAsString(entry) + "\n").getBytes(StandardCharsets.UTF_8);
            ByteBuffer bytes = ByteBuffer.wrap(line);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        } catch (IOException e) {
            throw failed(file, e);
        }
        standing.apply(entry);
    }

    private static void lock(Path file, FileChannel channel) throws IOException {
        boolean taken;
        try {
            taken = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            taken = false;
        }
        if (!taken) {
            throw RunbookException.unsafe(
                    "opening " + file,
                    "another process runs this runbook here",
                    "wait for it, or end it first");
        }
    }

    /** Where the last whole line ends. */
    private static long replay(Path file, byte[] content, Standing standing) {
        int begin = 0;
        for (int i = 0; i < content.length; i++) {
            if (content[i] == '\n') {
                standing.apply(
                        parse(file, new String(content, begin, i - begin, StandardCharsets.UTF_8)));
                begin = i + 1;
            }
        }
        return begin;
    }

    private static Entry parse(Path file, String line) {
        try {
            return JSON.readValue(line, Entry.class);
        } catch (JsonProcessingException e) {
            throw RunbookException.unsafe(
                    "reading " + file,
                    "a line is none of ours: " + line,
                    "was it edited? Use another directory, or put the line right");
        }
    }

    private static RunbookException failed(Path file, IOException e) {
        return RunbookException.failed(
                "writing " + file, e, "may this user write there, has the disk room?");
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }
}
