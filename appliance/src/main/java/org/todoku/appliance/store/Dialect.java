package org.todoku.appliance.store;

import java.sql.Types;
import java.util.Locale;
import java.util.Map;

/**
 * Where the SQL of Derby and PostgreSQL differs. Nothing else knows which of the two it talks to.
 */
public enum Dialect {
    DERBY(" WITH UR", Types.VARCHAR, "BLOB(11M)"),
    POSTGRESQL("", Types.NULL, "BYTEA");

    private final String stale;
    private final int nullType;
    private final String blob;

    Dialect(String stale, int nullType, String blob) {
        this.stale = stale;
        this.nullType = nullType;
        this.blob = blob;
    }

    /**
     * The ending of a query that may see rows not yet committed, so that a page never waits for a
     * writer.
     */
    public String stale() {
        return stale;
    }

    /**
     * Behind a table's name: reads it by this index. Derby keeps the plan that it made while the
     * table was small, and would read all of a large one.
     */
    public String by(String index) {
        return this == DERBY
                ? " --DERBY-PROPERTIES index=" + index.toUpperCase(Locale.ROOT) + "\n"
                : "";
    }

    int nullType() {
        return nullType;
    }

    /** What the migrations' placeholders stand for. */
    Map<String, String> types() {
        return Map.of("blob", blob);
    }

    static Dialect of(String url) {
        return url.startsWith("jdbc:derby:") ? DERBY : POSTGRESQL;
    }
}
