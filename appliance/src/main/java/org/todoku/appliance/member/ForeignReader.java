package org.todoku.appliance.member;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;

/** Reads a list of another program, line by line; what is wrong with one skips that one. */
abstract sealed class ForeignReader permits ListmonkReader, MailmanReader, PhpListReader {
    static final JsonMapper JSON = new JsonMapper();
    private static final int MAX_RECORDS = 200_000;

    private final List<Subscriber> found = new ArrayList<>();
    private final List<Wrong> wrong = new ArrayList<>();

    /**
     * Something wrong with a line.
     *
     * @param key of the text that says what
     */
    record Wrong(long line, String column, String key, Object argument) {}

    /**
     * @param lists that the file is of, or that it may name
     */
    abstract void read(byte[] file, List<String> lists);

    List<Subscriber> found() {
        return List.copyOf(found);
    }

    List<Wrong> wrong() {
        return List.copyOf(wrong);
    }

    void add(Subscriber subscriber) {
        if (found.size() == MAX_RECORDS) {
            throw RosterColumns.refused("it has more than " + MAX_RECORDS + " entries");
        }
        found.add(subscriber);
    }

    void wrong(long line, String column, String key, Object argument) {
        wrong.add(new Wrong(line, column, key, argument));
    }

    Optional<EmailAddress> address(long line, String column, String text) {
        Optional<EmailAddress> address = EmailAddress.parse(text.strip());
        if (address.isEmpty()) {
            wrong(line, column, "import.badAddress", text.strip());
        }
        return address;
    }

    static boolean isJson(byte[] file) {
        for (byte one : file) {
            if (one == '{' || one == '[') {
                return true;
            }
            // A byte order mark and blanks may come before it.
            if (one > ' ') {
                return false;
            }
        }
        return false;
    }

    /** The objects of an answer: in an array, or under one of these names. */
    static List<JsonNode> objects(byte[] file, String... names) {
        JsonNode node;
        try {
            node = JSON.readTree(file);
        } catch (IOException e) {
            throw RosterColumns.refused("it is no JSON: " + e.getMessage());
        }
        for (String name : names) {
            node = node.has(name) ? node.get(name) : node;
        }
        if (!node.isArray()) {
            throw RosterColumns.refused("it holds none of " + String.join(", ", names));
        }
        List<JsonNode> objects = new ArrayList<>();
        node.forEach(objects::add);
        return objects;
    }

    /** Takes a record. */
    interface Taker {
        void take(long line, Map<String, String> fields);
    }

    /** CSV with a header, separated by tabs or commas, whichever its first line has. */
    void csv(byte[] file, Taker taker) {
        List<String> lines = RosterText.lines(file);
        char separator = lines.getFirst().indexOf('\t') >= 0 ? '\t' : ',';
        List<String> names = List.of();
        try (CsvReader<CsvRecord> reader =
                CsvReader.builder()
                        .fieldSeparator(separator)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .ofCsvRecord(String.join("\n", lines))) {
            for (CsvRecord record : reader) {
                long line = record.getStartingLineNumber();
                if (names.isEmpty()) {
                    names = record.getFields().stream().map(String::strip).toList();
                } else if (record.getFieldCount() != names.size()) {
                    wrong(line, "", "import.brokenRecord", record.getFieldCount());
                } else {
                    Map<String, String> fields = new LinkedHashMap<>();
                    for (int i = 0; i < names.size(); i++) {
                        fields.put(names.get(i), record.getField(i).strip());
                    }
                    taker.take(line, fields);
                }
            }
        } catch (CsvParseException e) {
            throw RosterColumns.refused("it is no CSV: " + e.getMessage());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A profile value that may be too long; then it is left out and named. */
    void value(long line, String name, List<String> values, Map<String, List<String>> profile) {
        List<String> kept = values.stream().filter(v -> !v.isBlank()).toList();
        if (kept.stream().anyMatch(v -> NewMember.fold(v).length() > NewMember.MAX_VALUE)) {
            wrong(line, name, "import.tooLong", NewMember.MAX_VALUE);
        } else if (!name.isBlank() && name.length() <= 50 && !kept.isEmpty()) {
            profile.put(name, kept);
        }
    }
}
