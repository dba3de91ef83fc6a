package org.todoku.appliance.member;

import java.util.List;

/**
 * What an import did.
 *
 * @param skipped lines that were not taken over; each has a problem
 */
public record ImportReport(int created, int updated, int skipped, List<Problem> problems) {
    /**
     * Something wrong with one line of the file.
     *
     * @param line the physical line in the file, from 1, as an editor shows it
     * @param column the column's name, or its number from 1 when it has none; empty for the whole
     *     line
     * @param reason in the reader's language
     */
    public record Problem(long line, String column, String reason) {}

    public ImportReport {
        problems = List.copyOf(problems);
    }
}
