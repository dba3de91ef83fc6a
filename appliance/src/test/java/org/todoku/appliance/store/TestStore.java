package org.todoku.appliance.store;

import java.nio.file.Path;

/** A real, migrated Derby database in a directory, for tests. */
public final class TestStore {
    private TestStore() {}

    public static Database open(Path dir) {
        Database database = Database.open(url(dir) + ";create=true", new WriteGate());
        int migrations = Schema.migrate(database);
        assert migrations >= 0;
        return database;
    }

    /** The URL of such a database, without attributes. */
    public static String url(Path dir) {
        return "jdbc:derby:" + dir.resolve("db");
    }
}
