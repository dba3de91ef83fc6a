package org.todoku.appliance.continuity.outside;

import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * The operator's words as the console writes them: on the page outside first, because that is where
 * they are needed when nothing else works; then kept here, so that they are known after a restart.
 * Words that the place outside does not take are put there as soon as it does. Thread-safe.
 */
public final class OperatorNotices {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorNotices.class);
    private static final String PREFIX = "status-notice.";

    private final Database database;
    private final StatusPublisher publisher;
    private @Nullable PublicNotice current;

    public OperatorNotices(Database database, StatusPublisher publisher) {
        this.database = database;
        this.publisher = publisher;
    }

    /**
     * What was done with the words.
     *
     * @param published whether they stand outside; else they will, as soon as the place takes them
     * @param kept whether they are known after a restart too
     */
    public record Told(boolean published, boolean kept) {}

    /** What was told last, from here or by a command; asks the place outside once. */
    public synchronized Optional<PublicNotice> current() {
        if (current == null) {
            Optional<PublicNotice> own = database.read(OperatorNotices::load);
            Optional<PublicNotice> outside = outside();
            current =
                    own.filter(o -> outside.isEmpty() || o.at().isAfter(outside.get().at()))
                            .or(() -> outside)
                            .orElse(null);
        }
        return Optional.ofNullable(current);
    }

    /** At a start: words that never reached the page are put there. */
    public synchronized void resume() {
        if (database.read(tx -> settings(tx).getOrDefault("published", "yes")).equals("no")) {
            database.read(OperatorNotices::load).ifPresent(publisher::owe);
        }
    }

    /** Tells them. Refused where another host speaks for the service. */
    public synchronized Told tell(PublicNotice notice) {
        if (!publisher.mayTell()) {
            throw new FaultException(
                    Fault.CONFLICT,
                    "put the words on the status page",
                    "it is not certain that this host is the service",
                    "use todoku-migrate notify --to page");
        }
        boolean published = published(notice);
        boolean kept = kept(notice, published);
        current = notice;
        return new Told(published, kept);
    }

    private boolean published(PublicNotice notice) {
        try {
            publisher.tell(notice);
            return true;
        } catch (FaultException e) {
            LOG.warn("the words are not on the status page yet: {}", e.getMessage());
            publisher.owe(notice);
            return false;
        }
    }

    private boolean kept(PublicNotice notice, boolean published) {
        Map<String, String> values = new HashMap<>();
        values.put("level", notice.level().name().toLowerCase(Locale.ROOT));
        values.put("ja", notice.japanese());
        values.put("en", notice.english());
        values.put("at", notice.at().toString());
        values.put("next", notice.nextUpdate().map(Instant::toString).orElse(""));
        values.put("contact", notice.contact());
        values.put("published", published ? "yes" : "no");
        try {
            database.change(tx -> values.forEach((name, value) -> store(tx, name, value)));
            return true;
        } catch (FaultException e) {
            LOG.warn("the words are not kept here: {}", e.getMessage());
            return false;
        }
    }

    private Optional<PublicNotice> outside() {
        try {
            return publisher.told();
        } catch (FaultException e) {
            LOG.debug("what stands outside is not known", e);
            return Optional.empty();
        }
    }

    private static void store(Tx tx, String name, String value) {
        if (tx.update("UPDATE setting SET content = ? WHERE name = ?", value, PREFIX + name) == 0) {
            int made =
                    tx.update(
                            "INSERT INTO setting(name, content) VALUES (?, ?)",
                            PREFIX + name,
                            value);
            assert made == 1;
        }
    }

    private static Map<String, String> settings(Tx tx) {
        Map<String, String> found = new HashMap<>();
        tx.scan(
                "SELECT name, content FROM setting WHERE name LIKE ?",
                row -> found.put(row.text("name").substring(PREFIX.length()), row.text("content")),
                PREFIX + "%");
        return found;
    }

    private static Optional<PublicNotice> load(Tx tx) {
        Map<String, String> found = settings(tx);
        String at = found.getOrDefault("at", "");
        if (at.isEmpty()) {
            return Optional.empty();
        }
        String next = found.getOrDefault("next", "");
        return Optional.of(
                new PublicNotice(
                        PublicNotice.Level.valueOf(
                                found.getOrDefault("level", "none").toUpperCase(Locale.ROOT)),
                        found.getOrDefault("ja", ""),
                        found.getOrDefault("en", ""),
                        Instant.parse(at),
                        next.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(next)),
                        found.getOrDefault("contact", "")));
    }
}
