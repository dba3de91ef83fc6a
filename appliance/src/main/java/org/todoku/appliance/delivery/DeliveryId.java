package org.todoku.appliance.delivery;

import java.util.Optional;
import java.util.OptionalLong;
import org.todoku.appliance.kernel.Ids;

/**
 * The id of one row of the ledger; a decimal string in URLs and JSON.
 *
 * @param value the number in the database
 */
public record DeliveryId(long value) {
    /** Reads it from a URL or JSON; empty when the text is no id. */
    public static Optional<DeliveryId> parse(String text) {
        OptionalLong value = Ids.parse(text);
        return value.isPresent()
                ? Optional.of(new DeliveryId(value.getAsLong()))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
