package org.todoku.backup.volume;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;

/**
 * Where Derby writes its own log: into ours, line by line, instead of into a file {@code derby.log}
 * in the current folder. A file could stand on the very disk that hangs.
 *
 * <p>Derby finds {@link #STREAM} by the name in {@code derby.stream.error.field}.
 */
public final class DerbyLog {
    /** Derby looks this field up by name. */
    public static final OutputStream STREAM = new Lines();

    private static final System.Logger LOG = System.getLogger("org.apache.derby");

    private DerbyLog() {}

    /** Leaves alone what somebody set on purpose. */
    static void install() {
        boolean free =
                System.getProperty("derby.stream.error.file") == null
                        && System.getProperty("derby.stream.error.method") == null
                        && System.getProperty("derby.stream.error.field") == null;
        if (free) {
            System.setProperty("derby.stream.error.field", DerbyLog.class.getName() + ".STREAM");
        }
    }

    private static final class Lines extends OutputStream {
        private static final int LIMIT = 4096;

        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int value) {
            if (value == '\n' || line.size() == LIMIT) {
                String text = line.toString(StandardCharsets.UTF_8).strip();
                line.reset();
                if (!text.isEmpty()) {
                    // XJ004: told to shut down what is not open (any more); that is no news.
                    boolean news = text.contains("ERROR") && !text.contains("XJ004");
                    LOG.log(news ? Level.WARNING : Level.DEBUG, text);
                }
            } else {
                line.write(value);
            }
        }
    }
}
