package org.todoku.appliance.salvaged;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.store.Tx;

/** Whose the salvaged rows are, by the columns that they have; in its caller's transaction. */
final class RowOwners {
    private static final String ID = "ID";

    /** By which column a row leads to the row that knows; all lead to the same. */
    private static final Map<String, String> PARENTS =
            Map.of(
                    "MEMBER_ID", "SELECT organisation_id FROM member WHERE id = ?",
                    "MESSAGE_ID", "SELECT organisation_id FROM message WHERE id = ?",
                    "SENDER_ID", "SELECT organisation_id FROM proxy_sender WHERE id = ?",
                    "DELIVERY_ID",
                            """
                            SELECT m.organisation_id FROM delivery d
                            JOIN message m ON m.id = d.message_id WHERE d.id = ?""");

    private final Tx tx;
    private final Map<String, Optional<OrganisationId>> known = new HashMap<>();

    RowOwners(Tx tx) {
        this.tx = tx;
    }

    /** Empty for what belongs to the machine, and while the organisation is not there. */
    Optional<OrganisationId> of(SalvagedRow salvaged) {
        Map<String, @Nullable Object> row =
                salvaged.row() == null ? salvaged.before() : salvaged.row();
        if (row == null) {
            return Optional.empty();
        }
        if (salvaged.table().toUpperCase(Locale.ROOT).equals("ORGANISATION")) {
            return existing(row.get(ID));
        }
        if (row.get("ORGANISATION_ID") != null) {
            return existing(row.get("ORGANISATION_ID"));
        }
        return PARENTS.entrySet().stream()
                .filter(parent -> row.get(parent.getKey()) != null)
                .map(parent -> asked(parent.getValue(), row.get(parent.getKey())))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<OrganisationId> existing(@Nullable Object id) {
        return asked("SELECT id AS organisation_id FROM organisation WHERE id = ?", id);
    }

    private Optional<OrganisationId> asked(String sql, @Nullable Object id) {
        return known.computeIfAbsent(
                sql + id,
                key -> {
                    List<Long> found = tx.query(sql, row -> row.longValue("organisation_id"), id);
                    return found.stream().findFirst().map(OrganisationId::new);
                });
    }
}
