package org.todoku.appliance;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * Log lines to standard error, through a bounded ring and one thread of their own: one synchronous
 * line on a stuck disk would stop whoever writes it. When the ring is full, lines are dropped and
 * counted.
 */
final class Logging extends Handler {
    private static final int RING = 8_192;

    /** Chatty at INFO, and their warnings still come through. */
    private static final List<String> QUIET =
            List.of("io.helidon", "com.zaxxer.hikari", "org.subethamail");

    /** Warns at each start that it has not been tried with this Derby; our tests have. */
    private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

    /** Says that a port is taken; so do we, in one line with a hint. */
    private static final Logger HELIDON_START = Logger.getLogger("io.helidon.webserver.LoomServer");

    /** Kept, because the log manager holds loggers weakly and would forget their level. */
    private static final List<Logger> KEPT = QUIET.stream().map(Logger::getLogger).toList();

    private final BlockingQueue<String> ring = new ArrayBlockingQueue<>(RING);
    private final AtomicLong dropped = new AtomicLong();

    private Logging() {
        Thread.ofPlatform().daemon().name("log").start(this::write);
    }

    /** Takes over the whole process's logging. */
    static void start() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.INFO);
        root.addHandler(new Logging());
        KEPT.forEach(logger -> logger.setLevel(Level.WARNING));
        FLYWAY.setLevel(Level.SEVERE);
        HELIDON_START.setLevel(Level.OFF);
    }

    @Override
    public void publish(LogRecord entry) {
        if (isLoggable(entry) && !ring.offer(line(entry))) {
            dropped.incrementAndGet();
        }
    }

    @Override
    public void flush() {
        // The writer flushes each line; waiting for it here is what this class avoids.
    }

    @Override
    public void close() {
        // The writer is a daemon; what is still in the ring when the process ends is lost.
    }

    private void write() {
        try {
            while (true) {
                String line = ring.poll(1, TimeUnit.SECONDS);
                long lost = dropped.getAndSet(0);
                if (lost > 0) {
                    System.err.println("… " + lost + " log lines were dropped");
                }
                if (line != null) {
                    System.err.print(line);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(LogRecord entry) {
        StringWriter text = new StringWriter();
        Instant time = entry.getInstant().truncatedTo(ChronoUnit.MILLIS);
        String logger = String.valueOf(entry.getLoggerName());
        text.append(time + " " + entry.getLevel() + " ")
                .append(logger.substring(logger.lastIndexOf('.') + 1) + ": ")
                .append(new java.util.logging.SimpleFormatter().formatMessage(entry))
                .append('\n');
        if (entry.getThrown() != null) {
            entry.getThrown().printStackTrace(new PrintWriter(text, true));
        }
        return text.toString();
    }
}
