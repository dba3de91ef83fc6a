package org.todoku.appliance.delivery;

import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.store.Database;

/** Takes a message and makes its rows in the ledger. Thread-safe. */
public final class Sending {
    public Sending(
            Database database,
            Ids ids,
            InstantSource clock,
            Messages messages,
            Audiences audiences,
            Audit audit,
            MailSettings settings) {}

    /** One transaction; the same key answers the same id. */
    public MessageId send(
            OrganisationId organisation,
            String author,
            NewMessage message,
            Optional<String> idempotencyKey) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
