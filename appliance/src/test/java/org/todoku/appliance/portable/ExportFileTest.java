package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/** A file that is not as documented is refused, with the place, and nothing of it is taken. */
class ExportFileTest {
    private static int counter;

    @TempDir Path folder;
    private SampleOrganisation to = new SampleOrganisation("file-unused-" + counter++);
    private Map<String, byte[]> parts = new LinkedHashMap<>();

    @BeforeEach
    void writeAGoodOne() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("file-from-" + counter)) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            try (ZipFile zip =
                    new ZipFile(from.export(folder.resolve("good.zip"), "aoba").toFile())) {
                for (ZipEntry entry : zip.stream().toList()) {
                    parts.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
                }
            }
        }
    }

    @AfterEach
    void close() {
        to.close();
    }

    @Test
    void takesAGoodOne() throws Exception {
        assertThat(to.take(packed(), "aoba").slug()).isEqualTo("aoba");
    }

    @Test
    void refusesWhatIsNoZip() throws Exception {
        Path file = Files.writeString(folder.resolve("no.zip"), "PK, but not really");
        assertThatThrownBy(() -> ExportFile.open(file)).hasMessageContaining("no zip file");
        byte[] good = Files.readAllBytes(folder.resolve("good.zip"));
        Path cut =
                Files.write(
                        folder.resolve("cut.zip"), java.util.Arrays.copyOf(good, good.length / 2));
        assertThatThrownBy(() -> ExportFile.open(cut)).hasMessageContaining("not all of one");
    }

    @Test
    void refusesOtherFormatsAndVersions() throws Exception {
        manifest(m -> m.put("version", 2));
        assertThatThrownBy(() -> to.take(packed(), "aoba"))
                .hasMessageContaining("version 2 of the format")
                .satisfies(
                        e ->
                                assertThat(((FaultException) e).fault())
                                        .isEqualTo(Fault.SCHEMA_TOO_NEW));
        manifest(m -> m.put("version", 1).put("format", "something"));
        refused("no export of an organisation");
        parts.remove("manifest.json");
        refused("no manifest.json");
    }

    @Test
    void refusesAChangedFile() throws Exception {
        byte[] members = part("members.csv");
        members[members.length / 2] ^= 1;
        refused("members.csv is not what it was");
    }

    @Test
    void refusesALongerOrShorterFile() throws Exception {
        text("members.csv", t -> t + "x");
        refused("members.csv has");
    }

    @Test
    void refusesAMissingFile() throws Exception {
        parts.remove("reads.csv");
        refused("reads.csv is not in it");
    }

    @Test
    void refusesAFileThatTheManifestDoesNotName() throws Exception {
        parts.put("../../etc/cron.d/evil", "x".getBytes(StandardCharsets.UTF_8));
        refused("../../etc/cron.d/evil");
        assertThat(Files.exists(folder.resolve("../../etc/cron.d/evil"))).isFalse();
    }

    @Test
    void refusesANameThatNoExportHas() throws Exception {
        parts.put("attachments/../evil", new byte[] {1});
        settle();
        refused("which no export has");
    }

    @Test
    void refusesABomb() throws Exception {
        parts.put("audit.csv", new byte[512 << 20]);
        settle();
        refused("which is no export's doing");
    }

    @Test
    void refusesALineWithoutEnd() throws Exception {
        text("messages.jsonl", t -> "{\"id\":\"" + "1".repeat(2 << 20) + "\"}\n");
        parts.put("messages.jsonl", padded(part("messages.jsonl")));
        settle();
        refused("a line of more than");
    }

    /** Random bytes behind it, so that it does not look like a bomb. */
    private static byte[] padded(byte[] content) {
        byte[] noise = new byte[64 << 10];
        new java.util.Random(1).nextBytes(noise);
        byte[] hex = HexFormat.of().formatHex(noise).getBytes(StandardCharsets.US_ASCII);
        byte[] all = java.util.Arrays.copyOf(content, content.length + hex.length);
        System.arraycopy(hex, 0, all, content.length, hex.length);
        return all;
    }

    @Test
    void refusesRecordsThatDoNotFitTogether() throws Exception {
        edited(
                "addresses.csv",
                t -> t.replaceFirst(",1000000010,", ",1000000999,"),
                "names a member");
        edited("members.csv", t -> t.replaceFirst("1000000011,", "1000000010,"), "id that another");
        edited(
                "members.csv",
                t -> t.replaceFirst("joined,2026", "asleep,2026"),
                "\"asleep\" as state");
        edited("members.csv", t -> t.replaceFirst("2026-11-20T", "yesterday"), "as joined");
        edited("members.csv", t -> t.replace("kana", "kna"), "no column \"kana\"");
        edited(
                "messages.jsonl",
                t -> t.replaceFirst("\"urgent\":true", "\"urgent\":1"),
                "wrong urgent");
        edited(
                "messages.jsonl",
                t -> t.replaceFirst("\"whenLate\":\"mark\"", "\"whenLate\":\"perhaps\""),
                "\"perhaps\" as whenLate");
        edited("messages.jsonl", t -> t.replaceFirst("\\{", ""), "no JSON");
        edited("addresses.csv", t -> t.replace("M2@Example.com", "m0@example.com"), "two rows");
        edited("addresses.csv", t -> t.replace("M2@Example.com", "nobody"), "as an address");
        edited("members.csv", t -> t.replace("タカハシ", "カ".repeat(500)), "a value that does not fit");
        edited(
                "attachments.csv",
                t -> t.replaceAll("[0-9a-f]{64}", "0".repeat(64)),
                "not in the export");
    }

    private void edited(String name, java.util.function.UnaryOperator<String> edit, String why)
            throws Exception {
        byte[] before = part(name);
        text(name, edit);
        assertThat(parts.get(name)).as("the edit of " + name).isNotEqualTo(before);
        settle();
        refused(why);
        parts.put(name, before);
        settle();
    }

    @Test
    void refusesAnotherNumberOfRecords() throws Exception {
        manifest(m -> ((ObjectNode) m.withArray("files").get(0)).put("rows", 7));
        refused("and 7 are promised");
    }

    private void refused(String why) throws Exception {
        Path file = packed();
        assertThatThrownBy(() -> to.take(file, "aoba"))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining(why)
                .hasMessageContaining("Hint");
        assertThat(
                        to.count("SELECT COUNT(*) FROM organisation")
                                + to.count("SELECT COUNT(*) FROM member"))
                .isZero();
    }

    private byte[] part(String name) {
        return java.util.Objects.requireNonNull(parts.get(name), name);
    }

    private void text(String name, java.util.function.UnaryOperator<String> edit) {
        String text = new String(part(name), StandardCharsets.UTF_8);
        parts.put(name, edit.apply(text).getBytes(StandardCharsets.UTF_8));
    }

    private void manifest(Consumer<ObjectNode> edit) throws IOException {
        ObjectNode node = (ObjectNode) Values.JSON.readTree(part("manifest.json"));
        edit.accept(node);
        parts.put("manifest.json", Values.JSON.writeValueAsBytes(node));
    }

    /** Lengths and hashes as they are now. */
    private void settle() throws IOException {
        manifest(
                m -> {
                    Map<String, Long> rows = new LinkedHashMap<>();
                    m.path("files")
                            .forEach(
                                    f ->
                                            rows.put(
                                                    f.path("name").asText(),
                                                    f.path("rows").asLong()));
                    ArrayNode files = m.putArray("files");
                    parts.forEach(
                            (name, content) -> {
                                if (!name.equals("manifest.json")) {
                                    files.addObject()
                                            .put("name", name)
                                            .put("rows", rows.getOrDefault(name, 0L))
                                            .put("bytes", content.length)
                                            .put(
                                                    "sha256",
                                                    HexFormat.of()
                                                            .formatHex(
                                                                    ExportZip.sha256()
                                                                            .digest(content)));
                                }
                            });
                });
    }

    private Path packed() throws IOException {
        Path file = folder.resolve("packed-" + counter++ + ".zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
