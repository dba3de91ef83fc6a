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
import org.todoku.appliance.Portability;
import org.todoku.appliance.salvaged.RowImport;
import org.todoku.appliance.salvaged.SalvagedRow;

/**
 * {@code salvage --import}: the chosen rows, into a data directory, through the server if one runs
 * there.
 */
record Importing(Path file, Path data, List<String> select, Output output) {
    private static final String ALL = "all";
    private static final String STEP = "import";

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
        output.begin(STEP, "taking over " + rows.size() + " rows");
        Done done =
                new RunningServer(data)
                        .importRows(file, SalvagedFiles.folder(file), rows, person(), this::told)
                        .orElseGet(() -> Maintenance.carry(data, config, p -> take(p, rows)));
        output.done(STEP, "all of them were looked at");
        for (RowImport.Result result : done.results()) {
            output.note(
                    result.taken() ? "taken" : "left", result.why() + ": " + result.row().text());
        }
        long taken = done.results().stream().filter(RowImport.Result::taken).count();
        output.result(
                Map.of(
                        "taken",
                        taken,
                        "left",
                        done.results().size() - taken,
                        "files",
                        done.files()),
                "%d rows taken over, %d left as the service has them; %d files with them"
                        .formatted(taken, done.results().size() - taken, done.files()));
        return 0;
    }

    /** What became of the rows, and how many files came with them. */
    record Done(List<RowImport.Result> results, int files) {
        Done {
            results = List.copyOf(results);
        }
    }

    private Done take(Portability portability, List<SalvagedRow> rows) {
        List<RowImport.Result> results = portability.salvage().take(rows, person(), this::told);
        return new Done(results, portability.salvage().takeFiles(SalvagedFiles.folder(file)));
    }

    private void told(long done, long of) {
        output.progress(STEP, done, of);
    }

    /** For the audit trail: who sits before this machine, as far as it knows. */
    private static String person() {
        String user = System.getProperty("user.name", "unknown");
        String before = System.getenv("SUDO_USER");
        return (before == null || before.equals(user) ? user : before + " as " + user)
                + " by todoku-migrate";
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
