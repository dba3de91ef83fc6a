package org.todoku.appliance.member;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/**
 * Reads a list: what can be known without the database.
 *
 * <p>Records are cut out by physical line before the CSV parser sees them, so that one missing
 * quote spoils its own line and not the rest of the file. A cell may hold line breaks, up to
 * {@value #MAX_RECORD_LINES} lines a record.
 */
final class RosterFile {
    private static final int MAX_RECORD_LINES = 20;
    private static final int MAX_LINES = 100_000;
    private static final Texts TEXTS = Texts.of(RosterFile.class);

    private final Language language;
    private final List<String> lines;
    private final List<Entry> entries = new ArrayList<>();
    private final List<ImportReport.Problem> problems = new ArrayList<>();
    private final Map<String, Long> lineOfAddress = new HashMap<>();
    private final Map<String, Long> lineOfNumber = new HashMap<>();
    private final char separator;
    private final RosterColumns columns;

    /** A line that is well-formed in itself. */
    record Entry(long line, NewMember member) {}

    private record Cut(List<String> fields, int physicalLines) {}

    RosterFile(byte[] csv, Language language) {
        this.language = language;
        this.lines = RosterText.lines(csv);
        if (lines.size() > MAX_LINES) {
            throw RosterColumns.refused("it has more than " + MAX_LINES + " lines");
        }
        String first = lines.getFirst();
        // Excel's "Unicode text" is UTF-16 with tabs.
        this.separator = first.indexOf('\t') >= 0 && first.indexOf(',') < 0 ? '\t' : ',';
        Cut header =
                cut(0).orElseThrow(
                                () ->
                                        RosterColumns.refused(
                                                "its first line has an unclosed quote"));
        this.columns = RosterColumns.of(header.fields);
        readFrom(header.physicalLines);
    }

    List<Entry> entries() {
        return entries;
    }

    List<ImportReport.Problem> problems() {
        return problems;
    }

    String emailColumn() {
        return columns.label(columns.first(RosterColumns.Role.EMAIL));
    }

    ImportReport.Problem problem(long line, String column, String key, Object... arguments) {
        // As text: line 1234 is not "1,234".
        Object[] texts = Arrays.stream(arguments).map(String::valueOf).toArray();
        return new ImportReport.Problem(line, column, TEXTS.text(language, key, texts));
    }

    private void readFrom(int start) {
        int index = start;
        while (index < lines.size()) {
            long line = index + 1L;
            if (lines.get(index).isBlank()) {
                index++;
                continue;
            }
            Optional<Cut> cut = cut(index);
            if (cut.isEmpty()) {
                problems.add(problem(line, "", "import.unclosedQuote"));
                index++;
                continue;
            }
            List<String> fields = cut.get().fields;
            boolean wrongCount = wrongCount(fields);
            if (wrongCount) {
                problems.add(
                        problem(
                                line,
                                "",
                                "import.fieldCount",
                                fields.size(),
                                columns.names().size()));
            } else if (fields.stream().anyMatch(f -> !f.isBlank())) {
                read(line, fields).ifPresent(entries::add);
            }
            // A stray quote may have swallowed good lines; they get their own chance.
            index += wrongCount ? 1 : cut.get().physicalLines;
        }
    }

    private boolean wrongCount(List<String> fields) {
        int wanted = columns.names().size();
        boolean onlyBlankExtras =
                fields.size() > wanted
                        && fields.subList(wanted, fields.size()).stream().allMatch(String::isBlank);
        return fields.size() != wanted && !onlyBlankExtras;
    }

    /** The record that starts on this line; empty when its quotes never close. */
    private Optional<Cut> cut(int start) {
        StringBuilder record = new StringBuilder();
        long quotes = 0;
        for (int i = start; i < Math.min(lines.size(), start + MAX_RECORD_LINES); i++) {
            String line = lines.get(i);
            record.append(i == start ? "" : "\n").append(line);
            quotes += line.chars().filter(c -> c == '"').count();
            if (quotes % 2 == 0) {
                int physicalLines = i - start + 1;
                return parse(record.toString()).map(fields -> new Cut(fields, physicalLines));
            }
        }
        return Optional.empty();
    }

    private Optional<List<String>> parse(String record) {
        try {
            return Optional.of(
                    CsvReader.builder()
                            .fieldSeparator(separator)
                            .ofSingleCsvRecord(record)
                            .getFields());
        } catch (CsvParseException | IllegalArgumentException broken) {
            return Optional.empty();
        }
    }

    private Optional<Entry> read(long line, List<String> fields) {
        Map<String, List<String>> profile = new LinkedHashMap<>();
        List<EmailAddress> emails = new ArrayList<>();
        int before = problems.size();
        for (int i = 0; i < columns.names().size(); i++) {
            String value = fields.get(i).replaceAll("\\s*\\n\\s*", " ").strip();
            readField(line, i, value, emails);
            if (columns.roles().get(i) == RosterColumns.Role.PROFILE) {
                profile.put(columns.names().get(i), value.isEmpty() ? List.of() : List.of(value));
            }
        }
        String name = value(fields, RosterColumns.Role.NAME);
        String nameColumn = columns.label(columns.first(RosterColumns.Role.NAME));
        if (name.isEmpty()) {
            problems.add(problem(line, nameColumn, "import.missingName"));
        }
        if (emails.isEmpty() && problems.size() == before) {
            problems.add(problem(line, emailColumn(), "import.missingAddress"));
        }
        String number = NewMember.fold(value(fields, RosterColumns.Role.NUMBER));
        if (problems.size() == before) {
            checkDuplicates(line, emails, number);
        }
        if (problems.size() > before) {
            // One line may have several things wrong with it; it is skipped once and named by the
            // first.
            problems.subList(before + 1, problems.size()).clear();
            return Optional.empty();
        }
        return Optional.of(
                new Entry(
                        line,
                        new NewMember(
                                name,
                                value(fields, RosterColumns.Role.KANA),
                                emails,
                                profile,
                                number.isEmpty() ? Optional.empty() : Optional.of(number))));
    }

    private void readField(long line, int column, String value, List<EmailAddress> emails) {
        String label = columns.label(column);
        RosterColumns.Role role = columns.roles().get(column);
        int max =
                switch (role) {
                    case PROFILE -> NewMember.MAX_VALUE;
                    case NUMBER -> NewMember.MAX_NUMBER;
                    case NAME, KANA, EMAIL, NAMELESS -> NewMember.MAX_NAME;
                };
        if (value.indexOf(RosterText.UNDECODABLE) >= 0) {
            problems.add(problem(line, label, "import.undecodable"));
        } else if (role == RosterColumns.Role.EMAIL) {
            addresses(line, label, value, emails);
        } else if (NewMember.fold(value).length() > max) {
            problems.add(problem(line, label, "import.tooLong", max));
        } else if (role == RosterColumns.Role.NAMELESS && !value.isEmpty()) {
            problems.add(problem(line, label, "import.namelessColumn"));
        }
    }

    private void addresses(long line, String label, String value, List<EmailAddress> emails) {
        if (value.isEmpty()) {
            return;
        }
        Optional<EmailAddress> whole = EmailAddress.parse(value);
        List<String> parts =
                whole.isPresent() ? List.of(value) : List.of(value.split("[\\s\\u3000;；、,，/／]+"));
        for (String part : parts) {
            Optional<EmailAddress> address = EmailAddress.parse(part);
            if (address.isEmpty()) {
                problems.add(problem(line, label, "import.badAddress", part));
            } else if (emails.stream().noneMatch(e -> e.key().equals(address.get().key()))) {
                emails.add(address.get());
            }
        }
        if (emails.size() > NewMember.MAX_EMAILS) {
            problems.add(problem(line, label, "import.tooManyAddresses", NewMember.MAX_EMAILS));
        }
    }

    private void checkDuplicates(long line, List<EmailAddress> emails, String number) {
        for (EmailAddress email : emails) {
            Long earlier = lineOfAddress.get(email.key());
            if (earlier != null) {
                problems.add(problem(line, emailColumn(), "import.duplicate", earlier));
                return;
            }
        }
        if (!number.isEmpty()) {
            Long earlier = lineOfNumber.putIfAbsent(number, line);
            if (earlier != null) {
                String label = columns.label(columns.first(RosterColumns.Role.NUMBER));
                problems.add(problem(line, label, "import.duplicate", earlier));
                return;
            }
        }
        emails.forEach(email -> lineOfAddress.put(email.key(), line));
    }

    private String value(List<String> fields, RosterColumns.Role role) {
        int column = columns.first(role);
        return column < 0 ? "" : fields.get(column).replaceAll("\\s*\\n\\s*", " ").strip();
    }
}
