package org.todoku.appliance;

import java.util.List;
import java.util.stream.Collectors;
import org.todoku.appliance.store.Database;

/** The largest id that any row has: where the ids of a start go on. */
final class NewestId {
    /** The tables whose ids people and programs outside have seen. */
    static final List<String> TABLES =
            List.of(
                    "organisation",
                    "administrator",
                    "api_token",
                    "member",
                    "contact",
                    "profile_item",
                    "message",
                    "delivery",
                    "outgoing_mail",
                    "inbound_mail",
                    "audit");

    private NewestId() {}

    static long of(Database database) {
        // One statement: compiling nine takes longer than running them.
        String all =
                TABLES.stream()
                        .map(table -> "SELECT COALESCE(MAX(id), 0) AS n FROM " + table)
                        .collect(Collectors.joining(" UNION ALL "));
        return database.read(tx -> tx.count("SELECT MAX(n) AS n FROM (" + all + ") AS newest"));
    }
}
