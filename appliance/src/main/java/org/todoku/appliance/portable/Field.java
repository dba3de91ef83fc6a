package org.todoku.appliance.portable;

import java.util.Set;

/**
 * One column of a table, and what it is in the file.
 *
 * @param name in the file; empty when it is not there
 * @param column in the database
 * @param target the table that a reference is to, or the value that a fixed one is imported with
 * @param allowed the only values that there are; empty for any
 */
record Field(String name, String column, Kind kind, String target, Set<String> allowed) {
    /** What a column holds. */
    enum Kind {
        /** The row's own id. A decimal number; another one after an import. */
        ID,
        /** The id of a row in another file. */
        REFERENCE,
        /** The same, or empty. */
        OPTIONAL_REFERENCE,
        /** Whose it is: the same for the whole file, and not in it. */
        ORGANISATION,
        TEXT,
        /** Empty in CSV and left out in JSON when there is none. */
        OPTIONAL_TEXT,
        NUMBER,
        TIME,
        OPTIONAL_TIME,
        FLAG,
        /** Texts, one a line in the database, an array in the file. */
        LINES,
        /** Whom a message is for; JSON in both. */
        AUDIENCE,
        /** Bytes that lie beside the row as a file of their own. */
        BYTES,
        /** Made anew from the address beside it. */
        ADDRESS_KEY,
        /** Unique in the whole database; changed when another row has it already. */
        UNIQUE,
        /** Not in the file, and always the same after an import. */
        FIXED
    }

    Field {
        allowed = Set.copyOf(allowed);
    }

    static Field column(String name, String column, Kind kind) {
        return new Field(name, column, kind, "", Set.of());
    }

    static Field id() {
        return column("id", "id", Kind.ID);
    }

    static Field organisation() {
        return column("", "organisation_id", Kind.ORGANISATION);
    }

    static Field reference(String name, String column, String table) {
        return new Field(name, column, Kind.REFERENCE, table, Set.of());
    }

    /** A text that is one of these. */
    static Field oneOf(String name, String column, String... values) {
        return new Field(name, column, Kind.TEXT, "", Set.of(values));
    }

    /** A text that is one of these, or nothing. */
    static Field optionalOneOf(String name, String column, String... values) {
        return new Field(name, column, Kind.OPTIONAL_TEXT, "", Set.of(values));
    }

    /** Whether a line of the file has it. */
    boolean isWritten() {
        return !name.isEmpty();
    }

    /** Whether there may be nothing. */
    boolean isOptional() {
        return switch (kind) {
            case OPTIONAL_REFERENCE, OPTIONAL_TEXT, OPTIONAL_TIME -> true;
            case ID,
                    REFERENCE,
                    ORGANISATION,
                    TEXT,
                    NUMBER,
                    TIME,
                    FLAG,
                    LINES,
                    AUDIENCE,
                    BYTES,
                    ADDRESS_KEY,
                    UNIQUE,
                    FIXED ->
                    false;
        };
    }
}
