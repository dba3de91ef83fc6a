package org.todoku.appliance.member;

import java.util.Optional;
import java.util.OptionalLong;
import org.todoku.appliance.kernel.Ids;

/**
 * The id of one address of a member; a decimal string in URLs and JSON.
 *
 * @param value the number in the database
 */
public record ContactId(long value) {
    /** Reads it from a URL or JSON; empty when the text is no id. */
    public static Optional<ContactId> parse(String text) {
        OptionalLong value = Ids.parse(text);
        return value.isPresent() ? Optional.of(new ContactId(value.getAsLong())) : Optional.empty();
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
