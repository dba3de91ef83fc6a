package org.todoku.appliance.portable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * Writes an organisation into a file, row by row; besides a row it holds 16 to 64 bytes for each id
 * in memory.
 *
 * <p>A server may run meanwhile. Rows that others refer to are written after those, and which
 * messages and profile items there are is settled at the beginning: what is in the file fits
 * together, though the server goes on.
 */
public final class Export {
    /** A row that moves within an index while it is read may be passed by; then it is found. */
    private static final int SCANS = 5;

    private final Tx tx;
    private final FileStore files;
    private final Organisation organisation;
    private final Progress progress;
    private final Map<String, IdMap> parents = new HashMap<>();
    private final Set<String> attachments = new TreeSet<>();
    private final List<String> missing = new ArrayList<>();
    private final IdMap mails = new IdMap();
    private long done;
    private long all;

    /**
     * @param tx whose reading may last as long as this does
     */
    public Export(Tx tx, FileStore files, Organisation organisation, Progress progress) {
        this.tx = tx;
        this.files = files;
        this.organisation = organisation;
        this.progress = progress;
    }

    /** Told of rows. */
    public interface Progress {
        void rows(long done, long of);
    }

    /** Writes it; the stream stays open. */
    public Manifest write(OutputStream out, String program, Instant now) throws IOException {
        ExportZip zip = new ExportZip(out);
        settleParents();
        all = PortableTables.ALL.stream().mapToLong(this::count).sum();
        try {
            for (PortableTable table : PortableTables.ALL.reversed()) {
                zip.table(table, rows -> tell(table, rows));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (long mail : mails.sorted()) {
            zip.file(mailFile(mail), raw(mail));
        }
        for (String sha256 : attachments) {
            Optional<byte[]> content = content(sha256);
            if (content.isPresent()) {
                zip.file(attachmentFile(sha256), content.get());
            } else {
                missing.add(sha256);
            }
        }
        Manifest manifest =
                new Manifest(
                        Manifest.FORMAT,
                        Manifest.VERSION,
                        Values.time(now),
                        program,
                        new Manifest.Named(
                                organisation.slug(),
                                organisation.name(),
                                Values.time(organisation.created())),
                        zip.parts(),
                        missing);
        zip.manifest(manifest);
        return manifest;
    }

    static String mailFile(long id) {
        return "mails/" + id + ".eml";
    }

    static String attachmentFile(String sha256) {
        return "attachments/" + sha256;
    }

    private void settleParents() {
        for (PortableTable child : PortableTables.ALL) {
            if (!child.isOwn()) {
                parents.computeIfAbsent(child.parent(), this::ids);
            }
        }
    }

    private IdMap ids(String table) {
        IdMap found = new IdMap();
        tx.scan(
                "SELECT id FROM " + table + " WHERE organisation_id = ?",
                row -> found.put(row.longValue("id"), 0),
                organisation.id().value());
        return found;
    }

    private long count(PortableTable table) {
        if (table.isOwn()) {
            return count(table, "organisation_id", organisation.id().value());
        }
        return tx.count(
                "SELECT COUNT(*) AS n FROM %s c JOIN %s p ON p.id = c.%s WHERE p.organisation_id = ?"
                        .formatted(table.table(), table.parent(), table.parentColumn()),
                organisation.id().value());
    }

    private long count(PortableTable table, String column, long of) {
        return tx.count(
                "SELECT COUNT(*) AS n FROM %s WHERE %s = ?".formatted(table.table(), column), of);
    }

    private void tell(PortableTable table, ExportZip.Rows rows) {
        if (table.isOwn()) {
            tell(table, "organisation_id", organisation.id().value(), rows);
            return;
        }
        for (long parent : parents.getOrDefault(table.parent(), new IdMap()).sorted()) {
            tell(table, table.parentColumn(), parent, rows);
        }
    }

    private void tell(PortableTable table, String column, long of, ExportZip.Rows rows) {
        List<Field> written = table.written();
        boolean hasId = table.find(Field.Kind.ID).isPresent();
        String sql =
                "SELECT %s FROM %s WHERE %s = ?"
                        .formatted(
                                written.stream()
                                        .map(Field::column)
                                        .collect(Collectors.joining(", ")),
                                table.table(),
                                column);
        IdMap seen = new IdMap();
        IdMap settled = parents.get(table.table());
        int scans = 0;
        do {
            tx.scan(
                    sql,
                    row -> {
                        boolean again = hasId && !seen.put(row.longValue("id"), 0);
                        boolean late = settled != null && !settled.has(row.longValue("id"));
                        if (!again && !late) {
                            write(table, written, row, rows);
                        }
                    },
                    of);
            scans++;
        } while (hasId && scans < SCANS && seen.size() < count(table, column, of));
    }

    private void write(PortableTable table, List<Field> fields, Row row, ExportZip.Rows rows) {
        List<@Nullable String> values = new ArrayList<>(fields.size());
        for (Field field : fields) {
            values.add(Values.text(row, field));
        }
        rows.add(values);
        if (table.find(Field.Kind.BYTES).isPresent()) {
            mails.put(row.longValue("id"), 0);
        }
        if (table.file().equals("attachments.csv")) {
            attachments.add(row.text("sha256"));
        }
        done++;
        if (done % 1000 == 0) {
            progress.rows(Math.min(done, all), all);
        }
    }

    private byte[] raw(long mail) {
        return tx.queryOne(
                        "SELECT raw FROM inbound_mail WHERE id = ?", row -> row.bytes("raw"), mail)
                .orElseThrow();
    }

    /** What cannot be fetched now is not given up: the export fails. */
    private Optional<byte[]> content(String sha256) throws IOException {
        try {
            return files.get(sha256);
        } catch (FaultException e) {
            throw new IOException("the attachment " + sha256 + ": " + e.why(), e);
        }
    }
}
