package org.todoku.appliance.salvaged;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.Database;

/**
 * The door: salvaged rows and the files of their messages, into a database that may be in use
 * meanwhile. Thread-safe.
 */
public final class Salvage {
    private final Database database;
    private final FileStore files;

    public Salvage(Database database, FileStore files) {
        this.database = database;
        this.files = files;
    }

    /** Puts them in, each in a transaction of its own; what was done before a fault is kept. */
    public List<RowImport.Result> take(List<SalvagedRow> rows) {
        List<Table> tables = database.read(tx -> tx.raw(Table::of));
        List<RowImport.Result> results = new ArrayList<>();
        for (SalvagedRow row : rows) {
            results.add(
                    database.write(
                            tx ->
                                    tx.raw(
                                            connection ->
                                                    new RowImport(connection, tables).take(row))));
        }
        return results;
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
