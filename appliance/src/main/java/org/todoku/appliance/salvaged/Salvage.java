package org.todoku.appliance.salvaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.Database;

/**
 * The door: salvaged rows and the files of their messages, into a database that may be in use
 * meanwhile. Thread-safe.
 */
public final class Salvage {
    /** What the audit trail calls it: before any row is touched, and when it is over. */
    static final String BEGUN = "salvage";

    static final String ENDED = "salvaged";

    private final Database database;
    private final FileStore files;
    private final Audit audit;

    public Salvage(Database database, FileStore files, Audit audit) {
        this.database = database;
        this.files = files;
        this.audit = audit;
    }

    /** Told how far it is. */
    @FunctionalInterface
    public interface Progress {
        void rows(long done, long of);
    }

    /**
     * Puts them in, each in a transaction of its own; what was done before a fault is kept. The
     * audit trail of each organisation says before and after which of its rows, by kind and number.
     *
     * @param by who asked for it
     */
    public List<RowImport.Result> take(List<SalvagedRow> rows, String by, Progress progress) {
        List<Table> tables = database.read(tx -> tx.raw(Table::of));
        record(by, BEGUN, rows.stream().map(row -> new Noted(row, "")).toList());
        List<RowImport.Result> results = new ArrayList<>();
        try {
            for (SalvagedRow row : rows) {
                results.add(
                        database.write(
                                tx ->
                                        tx.raw(
                                                connection ->
                                                        new RowImport(connection, tables)
                                                                .take(row))));
                progress.rows(results.size(), rows.size());
            }
        } catch (RuntimeException e) {
            try {
                recordEnd(by, results);
            } catch (FaultException also) {
                e.addSuppressed(also);
            }
            throw e;
        }
        recordEnd(by, results);
        return results;
    }

    private record Noted(SalvagedRow row, String fate) {}

    private void recordEnd(String by, List<RowImport.Result> results) {
        record(
                by,
                ENDED,
                results.stream()
                        .map(r -> new Noted(r.row(), r.taken() ? "taken " : "left "))
                        .toList());
    }

    /** One entry for each organisation that is there, and one for what belongs to none. */
    private void record(String by, String act, List<Noted> rows) {
        database.change(
                tx -> {
                    RowOwners owners = new RowOwners(tx);
                    Map<Optional<OrganisationId>, Map<String, Integer>> kinds =
                            new LinkedHashMap<>();
                    for (Noted noted : rows) {
                        SalvagedRow row = noted.row();
                        kinds.computeIfAbsent(owners.of(row), o -> new TreeMap<>())
                                .merge(
                                        noted.fate() + row.table() + " " + row.change(),
                                        1,
                                        Integer::sum);
                    }
                    kinds.forEach(
                            (owner, counts) -> audit.record(tx, owner, by, act, text(counts)));
                });
    }

    /** As {@code left contact new: 1, taken member new: 5}. */
    private static String text(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(kind -> kind.getKey().toLowerCase(Locale.ROOT) + ": " + kind.getValue())
                .collect(Collectors.joining(", "));
    }

    /**
     * Gives the service those files of a folder that a message of it names.
     *
     * @return how many
     */
    public int takeFiles(Path folder) {
        List<String> named =
                database.read(
                        tx ->
                                tx.query(
                                        "SELECT DISTINCT sha256 FROM attachment",
                                        row -> row.text("sha256")));
        int taken = 0;
        for (String name : named) {
            Path file = folder.resolve(name);
            if (Files.isRegularFile(file) && files.put(read(file)).equals(name)) {
                taken++;
            }
        }
        return taken;
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "read " + file,
                    e.toString(),
                    "may the server's user read what salvage --out wrote?",
                    e);
        }
    }
}
