package org.todoku.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;

/** Whom a notice goes to, out of a restored database. */
record Recipients(List<Recipient> all) {
    private static final String MEMBERS =
            """
            select c.id, c.address, o.slug
              from contact c join member m on m.id = c.member_id
                             join organisation o on o.id = c.organisation_id
             where c.state = 'active' and m.state = 'joined'
             order by c.id""";

    private static final String ADMINISTRATORS =
            """
            select a.id, a.email as address, o.slug
              from administrator a join organisation o on o.id = a.organisation_id
             order by a.id""";

    Recipients {
        all = List.copyOf(all);
    }

    /**
     * One address.
     *
     * @param id of the contact, or of the administrator
     */
    record Recipient(long id, EmailAddress address) {}

    /**
     * @param organisations their slugs; empty for all
     */
    static Recipients read(Connection database, boolean members, List<String> organisations)
            throws SQLException {
        requireKnown(database, organisations);
        List<Recipient> found = new ArrayList<>();
        try (PreparedStatement query =
                        database.prepareStatement(members ? MEMBERS : ADMINISTRATORS);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                Optional<EmailAddress> address = EmailAddress.parse(rows.getString("address"));
                boolean asked =
                        organisations.isEmpty() || organisations.contains(rows.getString("slug"));
                if (asked && address.isPresent()) {
                    found.add(new Recipient(rows.getLong("id"), address.get()));
                }
            }
        }
        return new Recipients(found);
    }

    /** A slug that is mistyped would leave a whole organisation untold. */
    private static void requireKnown(Connection database, List<String> organisations)
            throws SQLException {
        List<String> known = new ArrayList<>();
        try (PreparedStatement query =
                        database.prepareStatement("select slug from organisation order by slug");
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                known.add(rows.getString("slug"));
            }
        }
        for (String slug : organisations) {
            if (!known.contains(slug)) {
                throw Refusal.usage(
                        "there is no organisation " + slug,
                        "--organisation is one of: " + String.join(", ", known));
            }
        }
    }
}
