package org.todoku.appliance.portable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Tx;

/** Makes a row of the database from a line of the file; what is wrong with it ends the import. */
final class RowMaker {
    private static final List<String> UNFINISHED = List.of("queued", "deferred");

    /** The shorter of the two columns. */
    private static final int MAX_UNIQUE = 300;

    private final PortableTable table;
    private final long organisation;
    private final ExportFile file;
    private final Map<String, IdMap> maps;
    private final Ids ids;

    RowMaker(
            PortableTable table,
            long organisation,
            ExportFile file,
            Map<String, IdMap> maps,
            Ids ids) {
        this.table = table;
        this.organisation = organisation;
        this.file = file;
        this.maps = maps;
        this.ids = ids;
    }

    /** The parameters of an insert, in the order of the table's fields. */
    @Nullable Object[] row(Tx tx, TableReader.Line line) {
        @Nullable Object[] row = new @Nullable Object[table.fields().size()];
        for (int i = 0; i < row.length; i++) {
            row[i] = value(tx, line, table.fields().get(i), i);
        }
        checkFiles(line);
        return row;
    }

    private @Nullable Object value(Tx tx, TableReader.Line line, Field field, int at) {
        return switch (field.kind()) {
            case ID -> id(line, field);
            case REFERENCE -> reference(line, field);
            case OPTIONAL_REFERENCE -> line.value(field) == null ? null : reference(line, field);
            case ORGANISATION -> organisation;
            case TEXT -> quiet(line, field, text(line, field));
            case OPTIONAL_TEXT -> line.value(field) == null ? null : text(line, field);
            case LINES -> text(line, field);
            case NUMBER -> number(line, field);
            case TIME -> time(line, field);
            case OPTIONAL_TIME -> line.value(field) == null ? null : time(line, field);
            case FLAG -> flag(line, field);
            case AUDIENCE -> audience(line, text(line, field));
            case BYTES -> bytes(line);
            case ADDRESS_KEY -> Import.key(line, table.fields().get(at - 1));
            case UNIQUE -> unique(tx, line, text(line, field));
            case FIXED -> field.target();
        };
    }

    private long id(TableReader.Line line, Field field) {
        IdMap own = maps.get(table.table());
        return own == null ? ids.next() : own.get(line.id(field)).orElseThrow();
    }

    private long reference(TableReader.Line line, Field field) {
        IdMap others = maps.getOrDefault(field.target(), new IdMap());
        OptionalLong found = others.get(line.id(field));
        return found.orElseThrow(
                () -> line.wrong("names a %s that is not there".formatted(field.name())));
    }

    private String text(TableReader.Line line, Field field) {
        String text = String.valueOf(line.value(field));
        if (!field.allowed().isEmpty() && !field.allowed().contains(text)) {
            throw line.wrong("has \"%s\" as %s".formatted(text, field.name()));
        }
        return text;
    }

    /** So that nothing is sent by the mere import. */
    private String quiet(TableReader.Line line, Field field, String text) {
        return switch (table.table() + "." + field.column()) {
            case "message.state" -> text.equals("sending") ? "onHold" : text;
            case "delivery.outcome" -> text.equals("claimed") ? "inDoubt" : text;
            case "outgoing_mail.outcome" ->
                    text.equals("claimed")
                            ? "inDoubt"
                            : UNFINISHED.contains(text) ? "expired" : text;
            case "inbound_mail.state" -> text.equals("new") ? "inquiry" : text;
            case "administrator.email" -> Import.key(line, field);
            default -> text;
        };
    }

    private static Long number(TableReader.Line line, Field field) {
        String text = String.valueOf(line.value(field));
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw wrong(line, field, text);
        }
    }

    private static Instant time(TableReader.Line line, Field field) {
        String text = String.valueOf(line.value(field));
        try {
            Instant time = Instant.parse(text);
            if (time.toEpochMilli() < 0) {
                throw wrong(line, field, text);
            }
            return time;
        } catch (DateTimeException | ArithmeticException e) {
            throw wrong(line, field, text);
        }
    }

    private static Boolean flag(TableReader.Line line, Field field) {
        String text = String.valueOf(line.value(field));
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong(line, field, text);
        }
        return text.equals("true");
    }

    private static FaultException wrong(TableReader.Line line, Field field, String text) {
        return line.wrong("has \"%s\" as %s".formatted(text, field.name()));
    }

    /** Members that were chosen one by one have new ids. */
    private String audience(TableReader.Line line, String json) {
        try {
            JsonNode node = Values.JSON.readTree(json);
            if (node instanceof ObjectNode object && node.path("members").isArray()) {
                var chosen = Values.JSON.createArrayNode();
                IdMap members = maps.getOrDefault("member", new IdMap());
                for (JsonNode member : node.path("members")) {
                    OptionalLong id =
                            Ids.parse(member.asText()).stream()
                                    .flatMap(old -> members.get(old).stream())
                                    .findFirst();
                    chosen.add(
                            Long.toString(
                                    id.orElseThrow(
                                            () -> line.wrong("is for a member who is not there"))));
                }
                object.set("members", chosen);
            }
            return node.toString();
        } catch (JsonProcessingException e) {
            throw line.wrong("has a wrong audience");
        }
    }

    private byte[] bytes(TableReader.Line line) {
        try {
            return file.bytes(Export.mailFile(line.id(Field.id())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A second import into the same database must not be taken for the first. */
    private String unique(Tx tx, TableReader.Line line, String text) {
        boolean taken =
                table.table().equals("inbound_mail")
                        ? tx.count(
                                        "SELECT COUNT(*) AS n FROM inbound_mail"
                                                + " WHERE envelope_to = ? AND mail_id = ?",
                                        line.values().get("to"),
                                        text)
                                > 0
                        // The cause names a row by an id that is another one now.
                        : text.startsWith("inbound:")
                                || tx.count(
                                                "SELECT COUNT(*) AS n FROM outgoing_mail"
                                                        + " WHERE cause = ?",
                                                text)
                                        > 0;
        if (!taken) {
            return text;
        }
        String fresh = "imported:" + ids.next() + ":" + text;
        return fresh.length() > MAX_UNIQUE ? fresh.substring(0, MAX_UNIQUE) : fresh;
    }

    private void checkFiles(TableReader.Line line) {
        if (!table.file().equals("attachments.csv")) {
            return;
        }
        String sha256 = line.values().getOrDefault("sha256", "");
        boolean known =
                file.has(Export.attachmentFile(sha256))
                        || file.manifest().missing().contains(sha256);
        if (!known) {
            throw line.wrong("names a file that is not in the export");
        }
    }
}
