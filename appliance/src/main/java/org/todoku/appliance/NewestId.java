package org.todoku.appliance;

import java.util.List;
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
        return database.read(
                tx ->
                        TABLES.stream()
                                .mapToLong(
                                        table ->
                                                tx.count(
                                                        "SELECT COALESCE(MAX(id), 0) AS n FROM "
                                                                + table))
                                .max()
                                .orElse(0));
    }
}
