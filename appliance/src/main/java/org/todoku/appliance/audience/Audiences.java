package org.todoku.appliance.audience;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/** Who is in an audience. Thread-safe. */
public final class Audiences {
    private final Database database;

    public Audiences(Database database) {
        this.database = database;
    }

    /**
     * The condition on member m with its parameters, and what is looked at in memory.
     *
     * @param having those of a profile, who are many: as a subquery, Derby's optimizer took minutes
     *     for ten thousand members that had just been imported; empty for no such condition
     */
    private record Filter(String sql, List<Object> parameters, Optional<Set<Long>> having) {
        boolean takes(long member) {
            return having.map(members -> members.contains(member)).orElse(true);
        }
    }

    /**
     * The addresses of an audience now, quarantined ones among them, in the order members joined.
     */
    public List<Recipient> recipients(Tx tx, OrganisationId organisation, Audience audience) {
        Filter filter = filter(tx, organisation, audience);
        return tx
                .query(
                        """
                        SELECT c.id AS contact_id, c.member_id, c.address, c.state, m.mail_charset
                        FROM member m JOIN contact c ON c.member_id = m.id
                        WHERE c.state <> 'removed' AND"""
                                + " "
                                + filter.sql
                                + " ORDER BY m.id, c.id",
                        row ->
                                new Recipient(
                                        new MemberId(row.longValue("member_id")),
                                        new ContactId(row.longValue("contact_id")),
                                        EmailAddress.of(row.text("address")),
                                        ContactState.of(row.text("state")),
                                        MailCharset.stored(row.optionalText("mail_charset"))),
                        filter.parameters.toArray())
                .stream()
                .filter(recipient -> filter.takes(recipient.member().value()))
                .toList();
    }

    /** How many of these people get their mails in ISO-2022-JP. */
    public long oldPhones(OrganisationId organisation, Audience audience) {
        return database.read(
                tx -> {
                    Filter filter = filter(tx, organisation, audience);
                    return tx
                            .query(
                                    "SELECT m.id FROM member m WHERE m.mail_charset IS NOT NULL AND "
                                            + filter.sql
                                            + tx.dialect().stale(),
                                    row -> row.longValue("id"),
                                    filter.parameters.toArray())
                            .stream()
                            .filter(filter::takes)
                            .count();
                });
    }

    /** How many people that is, and how many addresses that are mailed. */
    public AudienceSize count(OrganisationId organisation, Audience audience) {
        return database.read(
                tx -> {
                    Filter filter = filter(tx, organisation, audience);
                    String members = "SELECT m.id FROM member m WHERE " + filter.sql;
                    String addresses =
                            """
                            SELECT m.id FROM member m JOIN contact c ON c.member_id = m.id
                            WHERE c.state = 'active' AND"""
                                    + " "
                                    + filter.sql;
                    return new AudienceSize(
                            count(tx, filter, members), count(tx, filter, addresses));
                });
    }

    private static long count(Tx tx, Filter filter, String ids) {
        @Nullable Object[] parameters = filter.parameters.toArray();
        if (filter.having.isEmpty()) {
            String all = ids.replace("SELECT m.id", "SELECT COUNT(*) AS n");
            return tx.count(all + tx.dialect().stale(), parameters);
        }
        return tx.query(ids + tx.dialect().stale(), row -> row.longValue("id"), parameters).stream()
                .filter(filter::takes)
                .count();
    }

    private static Filter filter(Tx tx, OrganisationId organisation, Audience audience) {
        StringBuilder sql = new StringBuilder("m.organisation_id = ? AND m.state = 'joined'");
        List<Object> parameters = new ArrayList<>();
        parameters.add(organisation.value());
        Optional<Set<Long>> having = Optional.empty();
        switch (audience) {
            case Audience.Everyone everyone -> {}
            case Audience.Chosen(List<MemberId> members) -> {
                sql.append(" AND m.id IN (").append(marks(members.size())).append(")");
                members.forEach(member -> parameters.add(member.value()));
            }
            case Audience.ByProfile(Map<String, List<String>> values) ->
                    having = Optional.of(having(tx, organisation, values));
        }
        return new Filter(sql.toString(), parameters, having);
    }

    /** Who has one of the values in each of the items. */
    private static Set<Long> having(
            Tx tx, OrganisationId organisation, Map<String, List<String>> values) {
        Set<Long> members = new HashSet<>();
        boolean first = true;
        for (Map.Entry<String, List<String>> item : values.entrySet()) {
            Set<Long> some = having(tx, organisation, item.getKey(), item.getValue());
            if (first) {
                members.addAll(some);
            } else {
                members.retainAll(some);
            }
            first = false;
        }
        return members;
    }

    private static Set<Long> having(
            Tx tx, OrganisationId organisation, String item, List<String> values) {
        Set<Long> members = new HashSet<>();
        Optional<Long> id =
                tx.queryOne(
                        "SELECT id FROM profile_item WHERE organisation_id = ? AND name = ?",
                        row -> row.longValue("id"),
                        organisation.value(),
                        folded(item));
        if (id.isPresent()) {
            for (String value : values) {
                members.addAll(
                        tx.query(
                                "SELECT member_id FROM profile_value WHERE item_id = ? AND content = ?"
                                        + tx.dialect().stale(),
                                row -> row.longValue("member_id"),
                                id.get(),
                                folded(value)));
            }
        }
        return members;
    }

    /** Profile items and values are stored folded, see NewMember. */
    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
    }

    private static String marks(int number) {
        return String.join(", ", Collections.nCopies(number, "?"));
    }
}
