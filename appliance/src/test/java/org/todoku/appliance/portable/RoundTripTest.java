package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.kernel.FaultException;

/** What comes out goes in again, and nothing is sent because of it. */
class RoundTripTest {
    @TempDir Path folder;

    @Test
    void anImportedOrganisationIsExportedAsItWas() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("trip-from");
                SampleOrganisation to = new SampleOrganisation("trip-to");
                SampleOrganisation again = new SampleOrganisation("trip-again")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path first = from.export(folder.resolve("1.zip"), "aoba");
            assertThat(to.take(first, "aoba").name()).isEqualTo("青葉小学校");
            Path second = to.export(folder.resolve("2.zip"), "aoba");
            assertThat(again.take(second, "aoba").name()).isEqualTo("青葉小学校");
            Path third = again.export(folder.resolve("3.zip"), "aoba");

            List<String> wanted =
                    lines(first).stream()
                            .map(
                                    line ->
                                            line.replace("state=sending", "state=onHold")
                                                    .replace("state=new", "state=inquiry")
                                                    .replace("outcome=claimed", "outcome=inDoubt"))
                            .map(RoundTripTest::automaticMailsThatWait)
                            .sorted()
                            .toList();
            assertThat(lines(second)).isEqualTo(wanted).hasSize(35);
            assertThat(lines(third)).isEqualTo(lines(second));
            assertThat(to.files.kept.keySet()).isEqualTo(from.files.kept.keySet()).hasSize(1);
        }
    }

    private static String automaticMailsThatWait(String line) {
        return line.startsWith("automatic-mails.jsonl")
                ? line.replace("outcome=queued", "outcome=expired")
                : line;
    }

    @Test
    void nothingWaitsToBeSentAfterAnImport() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("quiet-from");
                SampleOrganisation to = new SampleOrganisation("quiet-to")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path file = from.export(folder.resolve("1.zip"), "aoba");
            assertThat(to.take(file, "aoba").slug()).isEqualTo("aoba");
            assertThat(to.count("SELECT COUNT(*) FROM message WHERE state = 'sending'")).isZero();
            assertThat(
                            to.count(
                                    "SELECT COUNT(*) FROM outgoing_mail WHERE outcome IN"
                                            + " ('queued', 'deferred', 'claimed')"))
                    .isZero();
            assertThat(to.count("SELECT COUNT(*) FROM inbound_mail WHERE state = 'new'")).isZero();
            assertThat(to.count("SELECT COUNT(*) FROM delivery WHERE outcome = 'queued'"))
                    .as("certainly not sent stays so")
                    .isEqualTo(1);
        }
    }

    /** Also beside the original, in the same database. */
    @Test
    void aCopyStandsBesideItsOriginal() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("beside")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path file = from.export(folder.resolve("1.zip"), "aoba");
            assertThatThrownBy(() -> from.take(file, "aoba"))
                    .isInstanceOf(FaultException.class)
                    .hasMessageContaining("slug \"aoba\" already")
                    .hasMessageContaining("admin@example.jp is an administrator of another");
            from.database.change(
                    tx ->
                            tx.update(
                                    "UPDATE administrator SET email = 'new@example.jp'"
                                            + " WHERE email = 'admin@example.jp'"));
            long members = from.count("SELECT COUNT(*) FROM member");
            assertThat(from.take(file, "copy").slug()).isEqualTo("copy");
            assertThat(from.count("SELECT COUNT(*) FROM member")).isEqualTo(members + 4);
            Path copied = from.export(folder.resolve("2.zip"), "copy");
            assertThat(lines(copied)).hasSize(35);
        }
    }

    @Test
    void fillsAnEmptyOrganisationAndLetsItsAdministratorStay() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("into-from");
                SampleOrganisation to = new SampleOrganisation("into-to")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path file = from.export(folder.resolve("1.zip"), "aoba");
            long here = to.organisations.create("ここ", "koko").id().value();
            to.database.change(
                    tx ->
                            tx.update(
                                    "INSERT INTO administrator(id, organisation_id, email, name,"
                                            + " password_hash, role, created) VALUES (1, ?,"
                                            + " 'admin@example.jp', 'n', 'KEPT', 'administrator', 1)",
                                    here));
            assertThat(into(to, file, "nowhere").getFirst()).contains("no organisation");
            assertThat(into(to, file, "koko")).isEmpty();
            assertThat(to.count("SELECT COUNT(*) FROM member WHERE organisation_id = " + here))
                    .isEqualTo(4);
            assertThat(to.count("SELECT COUNT(*) FROM administrator WHERE password_hash = 'KEPT'"))
                    .isEqualTo(1);
            assertThat(to.count("SELECT COUNT(*) FROM administrator")).isEqualTo(1);
            assertThat(into(to, file, "koko").getFirst()).contains("it has 4 in members.csv");
        }
    }

    /** What stands in the way; imports it when nothing does. */
    private static List<String> into(SampleOrganisation to, Path from, String slug) {
        try (ExportFile file = ExportFile.open(from)) {
            return to.database.writeWithin(
                    java.time.Duration.ofMinutes(1),
                    tx -> {
                        Import work = new Import(file, tx, to.ids, (done, of) -> {});
                        List<String> conflicts = work.conflicts(slug, false);
                        if (conflicts.isEmpty()) {
                            assertThat(work.run(to.organisations, slug, false).slug())
                                    .isEqualTo(slug);
                        }
                        return conflicts;
                    });
        }
    }

    @Test
    void noSecretAndNobodyElseIsInTheFile() throws Exception {
        try (SampleOrganisation from = new SampleOrganisation("secrets")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path file = from.export(folder.resolve("1.zip"), "aoba");
            StringBuilder all = new StringBuilder();
            try (var zip = new java.util.zip.ZipFile(file.toFile())) {
                for (var entry : zip.stream().toList()) {
                    all.append(
                            new String(
                                    zip.getInputStream(entry).readAllBytes(),
                                    StandardCharsets.UTF_8));
                }
            }
            assertThat(all)
                    .contains("admin@example.jp", "0042", "a..b@docomo.ne.jp", "550 no such user")
                    .doesNotContain("SECRETHASH", "HASHOFTOKEN", "other@example.jp", "別の会")
                    .doesNotContain("9000000");
        }
    }

    /** All lines, with ids as the place that they have among those of their file. */
    static List<String> lines(Path file) {
        List<String> lines = new ArrayList<>();
        try (ExportFile export = ExportFile.open(file)) {
            Map<String, IdMap> places = new HashMap<>();
            for (PortableTable table : PortableTables.ALL) {
                if (table.find(Field.Kind.ID).isPresent()) {
                    IdMap own = new IdMap();
                    for (long id : new TableReader(export, table).ids().sorted()) {
                        own.put(id, own.size());
                    }
                    places.put(table.table(), own);
                }
                new TableReader(export, table)
                        .read(line -> lines.add(table.file() + " " + text(line, places)));
            }
        }
        return lines.stream().sorted().toList();
    }

    private static String text(TableReader.Line line, Map<String, IdMap> places) {
        StringBuilder text = new StringBuilder();
        for (Field field : line.table().written()) {
            String value = line.value(field);
            if (value != null) {
                value =
                        switch (field.kind()) {
                            case ID ->
                                    line.table().file().startsWith("deliveries")
                                            ? ""
                                            : place(line, field, places, line.table().table());
                            case REFERENCE, OPTIONAL_REFERENCE ->
                                    place(line, field, places, field.target());
                            case UNIQUE -> value.replaceAll("imported:[0-9]+:", "");
                            case AUDIENCE -> value.replaceAll("[0-9]{9,}", "?");
                            default -> value;
                        };
            }
            text.append(' ').append(field.name()).append('=').append(value);
        }
        return text.toString();
    }

    private static String place(
            TableReader.Line line, Field field, Map<String, IdMap> places, String table) {
        return "#" + places.getOrDefault(table, new IdMap()).get(line.id(field)).orElseThrow();
    }
}
