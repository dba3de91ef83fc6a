package org.todoku.appliance.store;

import java.nio.file.Path;

/** A real, migrated Derby database in a directory, for tests. */
public final class TestStore {
    private TestStore() {}

    public static Database open(Path dir) {
        Database database =
                Database.open("jdbc:derby:" + dir.resolve("db") + ";create=true", new WriteGate());
        int migrations = Schema.migrate(database);
        assert migrations >= 0;
        return database;
    }
}
