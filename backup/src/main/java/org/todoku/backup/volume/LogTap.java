package org.todoku.backup.volume;

/**
 * Receives the log as Derby writes it. Calls come in the order of the writes, from Derby's own
 * threads and under its locks: an implementation copies the bytes, never blocks in {@link
 * #written}, and never throws.
 */
public interface LogTap {
    /** A tap that nobody listens to: no archive is configured. */
    LogTap NONE =
            new LogTap() {
                @Override
                public void written(LogPosition at, byte[] bytes, int offset, int length) {}

                @Override
                public void forced() {}
            };

    /** These bytes were written at this position; they are not yet durable. */
    void written(LogPosition at, byte[] bytes, int offset, int length);

    /**
     * Everything written before is durable on the local disk. Derby confirms its commits when this
     * returns, so a force policy that also wants the archive waits in here.
     */
    void forced();
}
