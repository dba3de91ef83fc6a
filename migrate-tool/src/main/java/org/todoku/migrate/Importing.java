package org.todoku.migrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.Maintenance;
import org.todoku.migrate.salvage.RowImport;
import org.todoku.migrate.salvage.SalvagedRow;

/** {@code salvage --import}: the chosen rows, into a data directory on which no server runs. */
record Importing(Path file, Path data, List<String> select, Output output) {
    private static final String ALL = "all";

    int run(Optional<Path> config, boolean dryRun) throws IOException {
        List<SalvagedRow> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            SalvagedRow row =
                    SalvagedRow.parse(line)
                            .orElseThrow(
                                    () ->
                                            Refusal.usage(
                                                    file + " holds a line that is no salvaged row",
                                                    "give the file that --out wrote, whole"));
            if (isChosen(row)) {
                rows.add(row);
            }
        }
        if (rows.isEmpty()) {
            throw Refusal.usage(
                    "no row is chosen by --select " + String.join(",", select),
                    "choose by number, by table, or all");
        }
        if (dryRun) {
            rows.forEach(output::row);
            output.result(Map.of("chosen", rows.size()), rows.size() + " rows are chosen");
            return 0;
        }
        List<RowImport.Result> results = new ArrayList<>();
        int[] files = new int[1];
        Maintenance.withDatabase(
                data,
                config,
                (connection, store) -> {
                    RowImport into = new RowImport(connection);
                    for (SalvagedRow row : rows) {
                        RowImport.Result result = into.take(row);
                        results.add(result);
                        output.note(
                                result.taken() ? "taken" : "left",
                                result.why() + ": " + row.text());
                    }
                    files[0] = SalvagedFiles.put(SalvagedFiles.folder(file), connection, store);
                });
        long taken = results.stream().filter(RowImport.Result::taken).count();
        output.result(
                Map.of("taken", taken, "left", results.size() - taken, "files", files[0]),
                "%d rows taken over, %d left as the service has them; %d files with them"
                        .formatted(taken, results.size() - taken, files[0]));
        return 0;
    }

    private boolean isChosen(SalvagedRow row) {
        return select.stream().map(String::strip).anyMatch(words -> isChosen(row, words));
    }

    private static boolean isChosen(SalvagedRow row, String words) {
        if (words.equals(ALL) || words.toUpperCase(Locale.ROOT).equals(row.table())) {
            return true;
        }
        try {
            String[] ends = words.split("-", 2);
            int first = Integer.parseInt(ends[0]);
            int last = ends.length == 1 ? first : Integer.parseInt(ends[1]);
            return row.number() >= first && row.number() <= last;
        } catch (NumberFormatException e) {
            return false;
        }
    }
}
