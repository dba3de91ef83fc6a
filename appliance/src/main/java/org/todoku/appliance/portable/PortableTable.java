package org.todoku.appliance.portable;

import java.util.List;
import java.util.Optional;

/**
 * A table and the file that it becomes.
 *
 * @param file its name; {@code .csv} or {@code .jsonl}
 * @param parent the table through which its rows belong to an organisation; empty when they name it
 *     themselves
 * @param parentColumn the column that names the parent's row
 */
record PortableTable(
        String file, String table, String parent, String parentColumn, List<Field> fields) {
    PortableTable {
        fields = List.copyOf(fields);
    }

    /** A table with a column {@code organisation_id}. */
    static PortableTable own(String file, String table, Field... fields) {
        return new PortableTable(file, table, "", "", List.of(fields));
    }

    /** A table whose rows belong to those of another. */
    static PortableTable of(
            String file, String table, String parent, String parentColumn, Field... fields) {
        return new PortableTable(file, table, parent, parentColumn, List.of(fields));
    }

    boolean isCsv() {
        return file.endsWith(".csv");
    }

    boolean isOwn() {
        return parent.isEmpty();
    }

    List<Field> written() {
        return fields.stream().filter(Field::isWritten).toList();
    }

    Optional<Field> find(Field.Kind kind) {
        return fields.stream().filter(field -> field.kind() == kind).findFirst();
    }
}
