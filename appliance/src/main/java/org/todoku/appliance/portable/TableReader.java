package org.todoku.appliance.portable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.FaultException;

/** The records of one part, in the shape that {@link Values} has. */
final class TableReader {
    /** The longest text is 32,000 characters, each of six in JSON at worst. */
    private static final int MAX_LINE = 1 << 20;

    private final ExportFile file;
    private final PortableTable table;

    TableReader(ExportFile file, PortableTable table) {
        this.file = file;
        this.table = table;
    }

    /** Takes a record. */
    interface Taker {
        void take(Line line);
    }

    /**
     * One record.
     *
     * @param number from 1, as an editor shows it; in CSV the line in which it begins
     */
    record Line(PortableTable table, long number, Map<String, String> values) {
        /** A value; null only when it is optional. */
        @Nullable String value(Field field) {
            String value = values.get(field.name());
            if (value == null && !field.isOptional()) {
                throw wrong("has no " + field.name());
            }
            return value;
        }

        long id(Field field) {
            String text = String.valueOf(value(field));
            return org.todoku.appliance.kernel.Ids.parse(text)
                    .orElseThrow(() -> wrong("has \"" + text + "\" as " + field.name()));
        }

        FaultException wrong(String what) {
            return ExportFile.damaged("line %d of %s %s".formatted(number, table.file(), what));
        }
    }

    /** All records; their number is compared with the manifest's. */
    void read(Taker taker) {
        long[] count = new long[1];
        Taker counting =
                line -> {
                    count[0]++;
                    taker.take(line);
                };
        try (BufferedReader text = text()) {
            if (table.isCsv()) {
                csv(text, counting);
            } else {
                json(text, counting);
            }
        } catch (CharacterCodingException e) {
            throw ExportFile.damaged(table.file() + " is not UTF-8");
        } catch (CsvParseException e) {
            throw ExportFile.damaged(table.file() + " is no CSV: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long promised = file.manifest().rows(table.file());
        if (count[0] != promised) {
            throw ExportFile.damaged(
                    "%s has %d records, and %d are promised"
                            .formatted(table.file(), count[0], promised));
        }
    }

    private BufferedReader text() throws IOException {
        return new BufferedReader(
                new InputStreamReader(
                        file.stream(table.file()),
                        StandardCharsets.UTF_8
                                .newDecoder()
                                .onMalformedInput(CodingErrorAction.REPORT)
                                .onUnmappableCharacter(CodingErrorAction.REPORT)));
    }

    private void csv(BufferedReader text, Taker taker) throws IOException {
        text.mark(1);
        if (text.read() != '\uFEFF') {
            text.reset();
        }
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder().maxBufferSize(MAX_LINE).ofCsvRecord(text)) {
            Iterator<CsvRecord> records = reader.iterator();
            List<String> names = records.hasNext() ? records.next().getFields() : List.<String>of();
            for (Field field : table.written()) {
                // What may be empty may be missing: an older program did not know of it.
                if (!names.contains(field.name()) && !field.isOptional()) {
                    throw ExportFile.damaged(
                            table.file() + " has no column \"" + field.name() + "\"");
                }
            }
            while (records.hasNext()) {
                taker.take(line(names, records.next()));
            }
        }
    }

    private Line line(List<String> names, CsvRecord record) {
        Map<String, String> values = new HashMap<>();
        Line line = new Line(table, record.getStartingLineNumber(), values);
        if (record.getFieldCount() != names.size()) {
            throw line.wrong(
                    "has %d fields instead of %d".formatted(record.getFieldCount(), names.size()));
        }
        for (Field field : table.written()) {
            int at = names.indexOf(field.name());
            String text = at < 0 ? "" : record.getField(at);
            if (!text.isEmpty() || !field.isOptional()) {
                values.put(field.name(), text);
            }
        }
        return line;
    }

    private void json(BufferedReader text, Taker taker) throws IOException {
        long number = 0;
        for (Optional<String> next = next(text); next.isPresent(); next = next(text)) {
            number++;
            Map<String, String> values = new HashMap<>();
            Line line = new Line(table, number, values);
            JsonNode node = parse(line, next.get());
            for (Field field : table.written()) {
                JsonNode value = node.get(field.name());
                if (value != null && !value.isNull()) {
                    String found =
                            Values.text(value, field)
                                    .orElseThrow(() -> line.wrong("has a wrong " + field.name()));
                    values.put(field.name(), found);
                }
            }
            taker.take(line);
        }
    }

    private static JsonNode parse(Line line, String text) {
        try {
            JsonNode node = Values.JSON.readTree(text);
            if (node == null || !node.isObject()) {
                throw line.wrong("is no JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw line.wrong("is no JSON");
        }
    }

    private Optional<String> next(BufferedReader text) throws IOException {
        StringBuilder line = new StringBuilder();
        int one = text.read();
        if (one < 0) {
            return Optional.empty();
        }
        while (one >= 0 && one != '\n') {
            if (line.length() == MAX_LINE) {
                throw ExportFile.damaged(
                        "%s has a line of more than %d characters"
                                .formatted(table.file(), MAX_LINE));
            }
            line.append((char) one);
            one = text.read();
        }
        return Optional.of(line.toString());
    }

    /** All ids of the part, rising. */
    IdMap ids() {
        IdMap found = new IdMap();
        Field id = table.find(Field.Kind.ID).orElseThrow();
        read(
                line -> {
                    if (!found.put(line.id(id), 0)) {
                        throw line.wrong("has an id that another line has too");
                    }
                });
        return found;
    }
}
