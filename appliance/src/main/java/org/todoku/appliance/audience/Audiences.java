package org.todoku.appliance.audience;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/** Who is in an audience. Thread-safe. */
public final class Audiences {
    private final Database database;

    public Audiences(Database database) {
        this.database = database;
    }

    /** The condition on member m, and its parameters. */
    private record Filter(String sql, List<Object> parameters) {}

    /**
     * The addresses of an audience now, quarantined ones among them, in the order members joined.
     */
    public List<Recipient> recipients(Tx tx, OrganisationId organisation, Audience audience) {
        Filter filter = filter(organisation, audience);
        return tx.query(
                """
                SELECT c.id AS contact_id, c.member_id, c.address, c.state
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
                                ContactState.of(row.text("state"))),
                filter.parameters.toArray());
    }

    /** How many people that is, and how many addresses that are mailed. */
    public AudienceSize count(OrganisationId organisation, Audience audience) {
        Filter filter = filter(organisation, audience);
        @Nullable Object[] parameters = filter.parameters.toArray();
        return database.read(
                tx ->
                        new AudienceSize(
                                tx.count(
                                        "SELECT COUNT(*) AS n FROM member m WHERE "
                                                + filter.sql
                                                + tx.dialect().stale(),
                                        parameters),
                                tx.count(
                                        """
                                        SELECT COUNT(*) AS n FROM member m JOIN contact c ON c.member_id = m.id
                                        WHERE c.state = 'active' AND"""
                                                + " "
                                                + filter.sql
                                                + tx.dialect().stale(),
                                        parameters)));
    }

    private static Filter filter(OrganisationId organisation, Audience audience) {
        StringBuilder sql = new StringBuilder("m.organisation_id = ? AND m.state = 'joined'");
        List<Object> parameters = new ArrayList<>();
        parameters.add(organisation.value());
        switch (audience) {
            case Audience.Everyone everyone -> {}
            case Audience.Chosen(List<MemberId> members) -> {
                sql.append(" AND m.id IN (").append(marks(members.size())).append(")");
                members.forEach(member -> parameters.add(member.value()));
            }
            case Audience.ByProfile(Map<String, List<String>> values) ->
                    values.forEach(
                            (item, list) -> {
                                sql.append(" ");
                                sql.append(
                                        """
                                         AND m.id IN (SELECT v.member_id FROM profile_value v
                                         JOIN profile_item i ON i.id = v.item_id
                                         WHERE i.organisation_id = ? AND i.name = ? AND v.content IN (""");
                                sql.append(marks(list.size())).append("))");
                                parameters.add(organisation.value());
                                parameters.add(folded(item));
                                list.forEach(value -> parameters.add(folded(value)));
                            });
        }
        return new Filter(sql.toString(), parameters);
    }

    /** Profile items and values are stored folded, see NewMember. */
    private static String folded(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
    }

    private static String marks(int number) {
        return String.join(", ", Collections.nCopies(number, "?"));
    }
}
