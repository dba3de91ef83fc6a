package org.todoku.appliance.delivery;

import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * A signed mail to oneself.
 *
 * @param from what stands in MAIL FROM: not empty, for that is what bounces have
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record CanaryMail(String mailId, String from, EmailAddress to, byte[] content) {
    /** Sends it through this relay; what the relay says when it does not take it. */
    public Optional<String> send(Relay relay, String helo) {
        RelayConnection connection = new RelayConnection(relay, helo);
        try {
            SendResult result = connection.send(from, to, content);
            return result instanceof SendResult.Accepted
                    ? Optional.empty()
                    : Optional.of(result.response());
        } finally {
            connection.close();
        }
    }
}
