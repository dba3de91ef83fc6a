package org.todoku.appliance.continuity;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.delivery.NoticeLedger;
import org.todoku.appliance.delivery.Noticed;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.NamedLoop;
import org.todoku.backup.archive.Notice;
import org.todoku.backup.archive.NoticeBatch;
import org.todoku.backup.archive.Notices;
import org.todoku.backup.fault.BackupException;

/**
 * Looks after each start, and then once an hour, for notices to members that were sent from the
 * archive while there was no server, and brings them into the ledger. Storing one twice changes
 * nothing.
 */
public final class NoticeMerge {
    private static final Logger LOG = LoggerFactory.getLogger(NoticeMerge.class);
    private static final Duration EVERY = Duration.ofHours(1);
    private static final Duration UNTIL_THE_ARCHIVE_ANSWERS = Duration.ofSeconds(10);

    private final Supplier<Optional<Notices>> notices;
    private final NoticeLedger ledger;
    private final NamedLoop loop = new NamedLoop("notice-merge", this::merge);

    /**
     * @param notices of the archive, once this host is its writer
     */
    public NoticeMerge(Supplier<Optional<Notices>> notices, NoticeLedger ledger) {
        this.notices = notices;
        this.ledger = ledger;
    }

    public void start() {
        loop.start();
    }

    public void stop(Duration deadline) throws InterruptedException {
        loop.stop(deadline);
    }

    /** One round. */
    Duration merge() {
        Optional<Notices> found = notices.get();
        if (found.isEmpty()) {
            return UNTIL_THE_ARCHIVE_ANSWERS;
        }
        try {
            for (Notice notice : found.get().all()) {
                if (notice.to().equals("members")) {
                    int rows = ledger.merge(noticed(notice, found.get().results(notice.id())));
                    if (rows > 0) {
                        LOG.info(
                                "{} mails of the notice \"{}\", sent without the server on {}, are"
                                        + " in the ledger now",
                                rows,
                                notice.subject(),
                                notice.at());
                    }
                }
            }
        } catch (BackupException e) {
            throw new FaultException(
                    Fault.ARCHIVE_UNREACHABLE, "read the notices", e.why(), e.hint(), e);
        }
        return EVERY;
    }

    private static Noticed noticed(Notice notice, Map<Long, NoticeBatch.Result> results) {
        List<Noticed.Mail> mails =
                results.values().stream()
                        .map(
                                result ->
                                        new Noticed.Mail(
                                                result.recipient(),
                                                Outcome.parse(result.outcome())
                                                        .orElse(Outcome.IN_DOUBT),
                                                Instant.parse(result.at()),
                                                result.stage(),
                                                result.response()))
                        .toList();
        return new Noticed(
                notice.id(),
                "todoku-migrate notify, " + notice.by(),
                notice.subject(),
                notice.text(),
                Instant.parse(notice.at()),
                mails);
    }
}
