package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An export can be read without this program: a script in another language takes the files, fields
 * and kinds out of {@code docs/export-format.md} and holds a real export against them.
 */
class ExportDocumentIT {
    private static final Path SCRIPT =
            Path.of("src/test/resources/org/todoku/appliance/portable/read_export.py");

    @TempDir Path folder;
    private String said = "";

    @Test
    void theDocumentAloneIsEnoughToReadOne() throws Exception {
        try (SampleOrganisation sample = new SampleOrganisation("document")) {
            assertThat(sample.fill().slug()).isEqualTo("aoba");
            Path file = sample.export(folder.resolve("aoba.zip"), "aoba");
            Path document = Path.of("../docs/export-format.md");
            assertThat(read(document, file)).as(said).isZero();
            JsonNode found = Values.JSON.readTree(said);
            assertThat(found.path("organisation").asText()).isEqualTo("青葉小学校");
            assertThat(found.path("names").toString()).contains("髙橋 はな", "=1+1", "佐藤\\n改行");
            for (PortableTable table : PortableTables.ALL) {
                assertThat(found.path("rows").path(table.file()).asLong())
                        .as(table.file())
                        .isPositive();
            }
            // And a document that says something else is noticed.
            Path other =
                    Files.writeString(
                            folder.resolve("other.md"),
                            Files.readString(document)
                                    .replace("| `kana` | text |", "| `kana` | time |"));
            assertThat(read(other, file)).isNotZero();
            assertThat(said).contains("kana");
        }
    }

    private int read(Path document, Path file) throws Exception {
        Path out = folder.resolve("said");
        try {
            Process process =
                    new ProcessBuilder(
                                    "python3",
                                    SCRIPT.toString(),
                                    document.toString(),
                                    file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile())
                            .start();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
            said = Files.readString(out, StandardCharsets.UTF_8);
            return process.exitValue();
        } catch (IOException e) {
            assumeTrue(false, "SKIPPED: no python3");
            return 1;
        }
    }
}
