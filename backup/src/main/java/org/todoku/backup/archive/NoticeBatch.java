package org.todoku.backup.archive;

import java.util.List;

/**
 * What became of some mails of a notice. People are named by the ids of their rows, never by an
 * address.
 *
 * @param results one for each; of a batch that was claimed and not ended there is none
 */
public record NoticeBatch(List<Result> results) {
    public NoticeBatch {
        results = List.copyOf(results);
    }

    /**
     * One mail.
     *
     * @param recipient the id of the contact, or of the administrator
     * @param outcome as in the ledger: {@code claimed} while nothing is known, {@code handedOver},
     *     {@code refused}, {@code deferred} (certainly not sent), {@code inDoubt}
     * @param at RFC 3339, UTC
     */
    public record Result(
            long recipient, String outcome, String at, String stage, String response) {}
}
