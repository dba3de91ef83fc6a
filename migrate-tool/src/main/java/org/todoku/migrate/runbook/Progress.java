package org.todoku.migrate.runbook;

/** Told as a run goes on, by the thread that runs it. */
public interface Progress {
    /** Hears nothing. */
    Progress NONE =
            new Progress() {
                @Override
                public void begin(String step, String message) {}

                @Override
                public void progress(String step, long done, long of) {}

                @Override
                public void done(String step, String message) {}

                @Override
                public void note(String step, String message) {}

                @Override
                public void failed(String step, String message) {}

                @Override
                public void undone(String step, String message) {}
            };

    void begin(String step, String message);

    void progress(String step, long done, long of);

    void done(String step, String message);

    void note(String step, String message);

    void failed(String step, String message);

    void undone(String step, String message);
}
