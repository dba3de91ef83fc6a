package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Whatever is stored for an organisation is in its export, or somebody wrote down why not. */
class PortableTablesTest {
    @Test
    void eachTableIsExportedOrLeftOutWithAReason() throws Exception {
        List<String> wrong = new ArrayList<>();
        try (SampleOrganisation sample = new SampleOrganisation("portable-tables");
                Connection connection =
                        DriverManager.getConnection("jdbc:derby:memory:portable-tables")) {
            for (String table : tables(connection)) {
                boolean known =
                        PortableTables.LEFT_OUT.containsKey(table)
                                || table.equals(PortableTables.ORGANISATION)
                                || PortableTables.ALL.stream()
                                        .anyMatch(one -> one.table().equals(table));
                if (!known) {
                    wrong.add(table);
                }
            }
            assertThat(sample.count("SELECT COUNT(*) FROM organisation")).isZero();
        }
        assertThat(wrong).as("tables in neither PortableTables.ALL nor LEFT_OUT").isEmpty();
        assertThat(PortableTables.LEFT_OUT.values()).noneMatch(String::isBlank);
    }

    @Test
    void eachColumnOfAnExportedTableIsNamed() throws Exception {
        try (SampleOrganisation sample = new SampleOrganisation("portable-columns");
                Connection connection =
                        DriverManager.getConnection("jdbc:derby:memory:portable-columns")) {
            for (PortableTable table : PortableTables.ALL) {
                assertThat(columns(connection, table.table()))
                        .as(table.table())
                        .containsExactlyInAnyOrderElementsOf(
                                table.fields().stream().map(Field::column).toList());
            }
            assertThat(columns(connection, PortableTables.ORGANISATION))
                    // Who may join there, and what is answered there, is set anew.
                    .containsExactlyInAnyOrder(
                            "id",
                            "slug",
                            "name",
                            "created",
                            "join_code",
                            "join_approval",
                            "inquiry_answer",
                            "inquiry_answer_ja",
                            "inquiry_answer_en");
            assertThat(sample.count("SELECT COUNT(*) FROM organisation")).isZero();
        }
    }

    /** The document and the program name the same files and fields. */
    @Test
    void theDocumentNamesEachFileAndField() throws Exception {
        String document =
                java.nio.file.Files.readString(java.nio.file.Path.of("../docs/export-format.md"));
        for (PortableTable table : PortableTables.ALL) {
            int at = document.indexOf("### `" + table.file() + "`");
            assertThat(at).as(table.file()).isNotNegative();
            int end = document.indexOf("\n#", at + 3);
            String chapter = document.substring(at, end < 0 ? document.length() : end);
            for (Field field : table.written()) {
                assertThat(chapter).as(table.file()).contains("| `" + field.name() + "` |");
            }
        }
    }

    private static List<String> tables(Connection connection) throws Exception {
        List<String> found = new ArrayList<>();
        try (ResultSet rows =
                connection.getMetaData().getTables(null, "APP", "%", new String[] {"TABLE"})) {
            while (rows.next()) {
                found.add(rows.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
            }
        }
        assertThat(found).hasSizeGreaterThan(10);
        return found;
    }

    private static List<String> columns(Connection connection, String table) throws Exception {
        List<String> found = new ArrayList<>();
        try (ResultSet rows =
                connection
                        .getMetaData()
                        .getColumns(null, "APP", table.toUpperCase(Locale.ROOT), "%")) {
            while (rows.next()) {
                found.add(rows.getString("COLUMN_NAME").toLowerCase(Locale.ROOT));
            }
        }
        return found;
    }
}
