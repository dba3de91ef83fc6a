package org.todoku.appliance.member;

import java.util.List;

/**
 * Something an organisation keeps of each member, such as the grade.
 *
 * @param choices the values to choose from; empty for free text
 */
public record ProfileItem(ProfileItemId id, String name, Kind kind, List<String> choices) {
    /** How it is filled in. */
    public enum Kind {
        TEXT,
        SINGLE,
        MULTIPLE;

        /** The name in the API and the database. */
        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Kind of(String code) {
            return valueOf(code.toUpperCase(java.util.Locale.ROOT));
        }
    }

    public ProfileItem {
        choices = List.copyOf(choices);
    }
}
