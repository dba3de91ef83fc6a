package org.todoku.appliance.message;

import java.time.InstantSource;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Page;
import org.todoku.appliance.store.Database;

/** The messages. Thread-safe. */
public final class Messages {
    public Messages(Database database, InstantSource clock) {}

    /** One message of an organisation. */
    public Optional<MessageView> find(OrganisationId organisation, MessageId id) {
        return notYet();
    }

    /** One message, for a member who holds its link. */
    public Optional<MessageView> find(MessageId id) {
        return notYet();
    }

    /** The newest first, 50 at a time. */
    public Page<MessageView> list(OrganisationId organisation, Optional<String> pageToken) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
