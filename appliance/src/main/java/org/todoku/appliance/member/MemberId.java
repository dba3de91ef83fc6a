package org.todoku.appliance.member;

import java.util.Optional;
import java.util.OptionalLong;
import org.todoku.appliance.kernel.Ids;

/**
 * The id of a member; a decimal string in URLs and JSON.
 *
 * @param value the number in the database
 */
public record MemberId(long value) {
    /** Reads it from a URL or JSON; empty when the text is no id. */
    public static Optional<MemberId> parse(String text) {
        OptionalLong value = Ids.parse(text);
        return value.isPresent() ? Optional.of(new MemberId(value.getAsLong())) : Optional.empty();
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
