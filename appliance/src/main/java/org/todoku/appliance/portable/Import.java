package org.todoku.appliance.portable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.DuplicateKeyException;
import org.todoku.appliance.store.Tx;
import org.todoku.appliance.store.UnfitValueException;

/**
 * Reads an organisation out of a file into the database, in one transaction of the caller's. Rows
 * get new ids in the order of the old ones.
 *
 * <p>No mail is sent because of it: a message that was being sent comes in on hold, a delivery that
 * was claimed in doubt, an automatic mail that had not left expired, and a received mail that had
 * not been worked off as an inquiry.
 */
public final class Import {
    private static final String WHAT = "import the organisation";

    private final ExportFile file;
    private final Tx tx;
    private final Ids ids;
    private final Export.Progress progress;
    private final Map<String, IdMap> maps = new HashMap<>();
    private long done;

    public Import(ExportFile file, Tx tx, Ids ids, Export.Progress progress) {
        this.file = file;
        this.tx = tx;
        this.ids = ids;
        this.progress = progress;
    }

    /** The files of messages, before the transaction: each is named by its content. */
    public static void keepFiles(ExportFile file, FileStore store) throws IOException {
        for (Manifest.Part part : file.manifest().files()) {
            if (part.name().startsWith("attachments/")) {
                store.put(file.bytes(part.name()));
            }
        }
    }

    /**
     * What stands in the way of an import, a line each; empty when nothing does.
     *
     * @param into the slug of an organisation that is there and has nothing, or of one to be made
     * @param makes whether it is to be made
     */
    public List<String> conflicts(String into, boolean makes) {
        List<String> found = new ArrayList<>();
        List<OrganisationId> there =
                tx.query(
                        "SELECT id FROM organisation WHERE slug = ?",
                        row -> new OrganisationId(row.longValue("id")),
                        into);
        if (makes && !there.isEmpty()) {
            found.add("there is an organisation with the slug \"" + into + "\" already");
        }
        if (!makes && there.isEmpty()) {
            return List.of("there is no organisation with the slug \"" + into + "\"");
        }
        if (!makes) {
            notEmpty(there.getFirst(), found);
        }
        long own = makes ? -1 : there.getFirst().value();
        for (String email : administrators()) {
            long others =
                    tx.count(
                            "SELECT COUNT(*) AS n FROM administrator"
                                    + " WHERE email = ? AND organisation_id <> ?",
                            email,
                            own);
            if (others > 0) {
                found.add(email + " is an administrator of another organisation here");
            }
        }
        return found;
    }

    private void notEmpty(OrganisationId organisation, List<String> found) {
        for (PortableTable table : PortableTables.ALL) {
            boolean ofPeople =
                    table.isOwn()
                            && !table.table().equals("administrator")
                            && !table.table().equals("audit");
            if (ofPeople) {
                long rows =
                        tx.count(
                                "SELECT COUNT(*) AS n FROM "
                                        + table.table()
                                        + " WHERE organisation_id = ?",
                                organisation.value());
                if (rows > 0) {
                    found.add("it is not empty: it has %d in %s".formatted(rows, table.file()));
                }
            }
        }
    }

    private Set<String> administrators() {
        Set<String> emails = new HashSet<>();
        PortableTable table = table("administrator");
        Field email = table.fields().get(2);
        new TableReader(file, table).read(line -> emails.add(key(line, email)));
        return emails;
    }

    /** Does it. The rows are checked against each other; whatever is wrong ends it. */
    public Organisation run(Organisations organisations, String into, boolean makes) {
        Organisation organisation =
                makes
                        ? organisations.create(tx, file.manifest().organisation().name(), into)
                        : organisations.named(tx, into);
        for (PortableTable table : PortableTables.ALL) {
            if (table.isOwn()) {
                maps.put(table.table(), fresh(new TableReader(file, table).ids()));
            }
            new Taking(table, organisation.id().value()).run();
        }
        return organisation;
    }

    /** Old ids to new ones, in the same order. */
    private IdMap fresh(IdMap old) {
        IdMap fresh = new IdMap();
        for (long id : old.sorted()) {
            fresh.put(id, ids.next());
        }
        return fresh;
    }

    private static PortableTable table(String name) {
        return PortableTables.ALL.stream()
                .filter(table -> table.table().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static String key(TableReader.Line line, Field address) {
        String text = String.valueOf(line.value(address));
        return EmailAddress.parse(text)
                .map(EmailAddress::key)
                .orElseThrow(() -> line.wrong("has \"" + text + "\" as an address"));
    }

    /** The rows of one table, a batch at a time. */
    private final class Taking {
        private static final int BATCH = 500;

        private final PortableTable table;
        private final RowMaker maker;
        private final String sql;
        private final List<Object[]> batch = new ArrayList<>();
        private final Set<String> present = new HashSet<>();

        Taking(PortableTable table, long organisation) {
            this.table = table;
            this.maker = new RowMaker(table, organisation, file, maps, ids);
            List<String> columns = table.fields().stream().map(Field::column).toList();
            this.sql =
                    "INSERT INTO %s (%s) VALUES (%s)"
                            .formatted(
                                    table.table(),
                                    String.join(", ", columns),
                                    String.join(", ", columns.stream().map(c -> "?").toList()));
            if (table.table().equals("administrator")) {
                present.addAll(
                        tx.query(
                                "SELECT email FROM administrator WHERE organisation_id = ?",
                                row -> row.text("email"),
                                organisation));
            }
        }

        void run() {
            new TableReader(file, table).read(this::take);
            flush();
        }

        private void take(TableReader.Line line) {
            done++;
            if (done % 1000 == 0) {
                progress.rows(done, total());
            }
            if (!present.isEmpty() && present.contains(key(line, table.fields().get(2)))) {
                return; // The administrator who has set up the empty organisation.
            }
            batch.add(maker.row(tx, line));
            if (batch.size() == BATCH) {
                flush();
            }
        }

        private void flush() {
            try {
                tx.batch(sql, batch);
            } catch (DuplicateKeyException e) {
                throw ExportFile.damaged(table.file() + " has two rows for the same thing");
            } catch (UnfitValueException e) {
                throw ExportFile.damaged(
                        table.file() + " has a value that does not fit: " + e.why());
            }
            batch.clear();
        }
    }

    private long total() {
        return file.manifest().files().stream().mapToLong(Manifest.Part::rows).sum();
    }

    /** Ends it when something stands in its way. */
    public void refuse(List<String> conflicts) {
        if (!conflicts.isEmpty()) {
            throw new FaultException(
                    Fault.CONFLICT,
                    WHAT,
                    String.join("; ", conflicts),
                    "nothing was changed; choose another --slug, or --into an empty organisation");
        }
    }
}
