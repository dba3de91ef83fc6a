package org.todoku.migrate.watch;

/** Where the watch looks. */
public interface Source extends AutoCloseable {
    /** Looks once; any fault means that it could not be read. */
    Sighting look();

    /** Where that is, for people. */
    String name();

    @Override
    void close();
}
