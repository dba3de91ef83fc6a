package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * Rows whose address stopped to be mailed after they were made: its member left, it was taken away,
 * or it is in quarantine. They are not sent, and say why.
 *
 * <p>Looked at when a row is claimed, however it came to be open again: by a first try, a retry or
 * a sender who sends once more. Nobody who writes members is waited for; what is not yet committed
 * counts. Only the first try of an urgent message asks nothing: it is made seconds after the click,
 * perhaps while the disk hangs on which the answer lies.
 */
final class Stopped {
    /** The lists in the statements have one of these lengths, so that few are compiled. */
    private static final int[] LENGTHS = {20, 100, 500};

    private Stopped() {}

    /** An open row. */
    record Candidate(Parcel parcel, long contact, long member) {}

    /** Why one is not sent: a word for the stage, and what more is known. */
    private record Why(String stage, String response) {}

    private record Address(long id, long member, ContactState state) {}

    /** Ends those that are stopped as suppressed; answers the others, in their order. */
    static List<Parcel> settle(Tx tx, List<Candidate> candidates, Instant now) {
        if (candidates.stream().allMatch(one -> one.parcel.urgent() && one.parcel.attempt() <= 1)) {
            return candidates.stream().map(Candidate::parcel).toList();
        }
        Map<Long, Address> addresses = new HashMap<>();
        String contacts =
                "SELECT id, member_id, state FROM contact" + tx.dialect().by("contact_by_id");
        in(tx, contacts, candidates.stream().map(Candidate::contact).toList(), Stopped::address)
                .forEach(address -> addresses.put(address.id, address));
        String members = "SELECT id FROM member" + tx.dialect().by("member_by_id");
        var left =
                in(
                                tx,
                                members + " WHERE state <> 'joined' AND",
                                candidates.stream().map(Candidate::member).toList(),
                                row -> row.longValue("id"))
                        .stream()
                        .collect(Collectors.toSet());
        List<Parcel> free = new ArrayList<>();
        List<@Nullable Object[]> ended = new ArrayList<>();
        for (Candidate one : candidates) {
            Optional<Why> why =
                    left.contains(one.member)
                            ? Optional.of(new Why("left", ""))
                            : why(tx, one, addresses.get(one.contact));
            if (why.isEmpty()) {
                free.add(one.parcel);
            } else {
                ended.add(
                        new @Nullable Object[] {
                            now, why.get().stage, why.get().response, one.parcel.id()
                        });
            }
        }
        if (!ended.isEmpty()) {
            tx.batch(
                    """
                    UPDATE delivery SET outcome = 'suppressed', finished_at = ?, next_attempt = NULL, stage = ?,
                      response = ?
                    WHERE id = ? AND outcome IN ('queued', 'deferred')""",
                    ended);
        }
        return free;
    }

    private static Optional<Why> why(Tx tx, Candidate one, @Nullable Address address) {
        // An address that was taken away may have become another member's.
        if (address == null
                || address.member != one.member
                || address.state == ContactState.REMOVED) {
            return Optional.of(new Why("removed", ""));
        }
        if (address.state == ContactState.ACTIVE) {
            return Optional.empty();
        }
        String reason =
                tx.queryOne(
                                "SELECT reason FROM contact WHERE id = ?" + tx.dialect().stale(),
                                row -> row.optionalText("reason").orElse(""),
                                one.contact)
                        .orElse("");
        return Optional.of(new Why("stopped", reason));
    }

    private static Address address(Row row) {
        return new Address(
                row.longValue("id"),
                row.longValue("member_id"),
                ContactState.of(row.text("state")));
    }

    private static <T> List<T> in(
            Tx tx, String select, List<Long> ids, java.util.function.Function<Row, T> read) {
        String where = select.contains(" WHERE ") ? " id IN (" : " WHERE id IN (";
        int most = LENGTHS[LENGTHS.length - 1];
        List<T> found = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += most) {
            List<Object> part =
                    new ArrayList<>(ids.subList(from, Math.min(ids.size(), from + most)));
            int length = length(part.size());
            part.addAll(Collections.nCopies(length - part.size(), part.getLast()));
            String marks = String.join(", ", Collections.nCopies(length, "?"));
            String sql = select + where + marks + ")" + tx.dialect().stale();
            found.addAll(tx.query(sql, read::apply, part.toArray()));
        }
        return found;
    }

    private static int length(int size) {
        for (int length : LENGTHS) {
            if (size <= length) {
                return length;
            }
        }
        throw new IllegalArgumentException(size + " at once");
    }
}
