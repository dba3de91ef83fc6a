package org.todoku.appliance.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/** What messages ask. Thread-safe. */
public final class Surveys {
    private final Database database;

    public Surveys(Database database) {
        this.database = database;
    }

    /** What a message asks, if it does. */
    public Optional<Survey> of(MessageId message) {
        return database.read(tx -> of(tx, message.value()));
    }

    /** The same inside a transaction. */
    public static Optional<Survey> of(Tx tx, long message) {
        List<String> choices =
                tx.query(
                        "SELECT label FROM survey_choice WHERE message_id = ? ORDER BY place"
                                + tx.dialect().stale(),
                        row -> row.text("label"),
                        message);
        return choices.isEmpty() ? Optional.empty() : Optional.of(new Survey(choices));
    }

    static void insert(Tx tx, MessageId message, Survey survey) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (String choice : survey.choices()) {
            rows.add(new @Nullable Object[] {message.value(), rows.size(), choice});
        }
        tx.batch("INSERT INTO survey_choice(message_id, place, label) VALUES (?, ?, ?)", rows);
    }
}
