package org.todoku.appliance.member;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/** The profile items of organisations. Thread-safe. */
public final class ProfileItems {
    private static final int MAX_NAME = 50;
    private static final int MAX_ITEMS = 50;
    private static final int MAX_CHOICES = 100;

    private final Database database;
    private final Ids ids;

    public ProfileItems(Database database, Ids ids) {
        this.database = database;
        this.ids = ids;
    }

    /** In their order. */
    public List<ProfileItem> list(OrganisationId organisation) {
        return database.read(tx -> list(tx, organisation, tx.dialect().stale()));
    }

    /** Makes one, or answers the one that has this name already, unchanged. */
    public ProfileItem define(
            OrganisationId organisation, String name, ProfileItem.Kind kind, List<String> choices) {
        return database.write(tx -> define(tx, organisation, name, kind, choices));
    }

    ProfileItem define(
            Tx tx,
            OrganisationId organisation,
            String name,
            ProfileItem.Kind kind,
            List<String> choices) {
        String folded = NewMember.fold(name);
        List<ProfileItem> present = list(tx, organisation, "");
        Optional<ProfileItem> same =
                present.stream().filter(i -> i.name().equals(folded)).findFirst();
        if (same.isPresent()) {
            return same.get();
        }
        check(folded, present.size(), choices);
        ProfileItem item = new ProfileItem(new ProfileItemId(ids.next()), folded, kind, choices);
        tx.update(
                "INSERT INTO profile_item(id, organisation_id, name, kind, item_order, choices)"
                        + " VALUES (?, ?, ?, ?, ?, ?)",
                item.id().value(),
                organisation.value(),
                folded,
                kind.code(),
                present.size(),
                String.join("\n", choices));
        return item;
    }

    /** Makes one of several choices, or adds what its choices lack. */
    ProfileItem offer(Tx tx, OrganisationId organisation, String name, List<String> choices) {
        ProfileItem item =
                define(tx, organisation, name, ProfileItem.Kind.MULTIPLE, List.copyOf(choices));
        List<String> all = new ArrayList<>(item.choices());
        choices.stream().filter(choice -> !all.contains(choice)).forEach(all::add);
        if (all.size() > item.choices().size()) {
            check(item.name(), 0, all);
            int changed =
                    tx.update(
                            "UPDATE profile_item SET choices = ?, kind = ? WHERE id = ?",
                            String.join("\n", all),
                            ProfileItem.Kind.MULTIPLE.code(),
                            item.id().value());
            assert changed == 1;
        }
        return item;
    }

    List<ProfileItem> list(Tx tx, OrganisationId organisation, String ending) {
        return tx.query(
                "SELECT id, name, kind, choices FROM profile_item WHERE organisation_id = ?"
                        + " ORDER BY item_order, id"
                        + ending,
                ProfileItems::map,
                organisation.value());
    }

    private static ProfileItem map(Row row) {
        String choices = row.text("choices");
        return new ProfileItem(
                new ProfileItemId(row.longValue("id")),
                row.text("name"),
                ProfileItem.Kind.of(row.text("kind")),
                choices.isEmpty() ? List.of() : List.of(choices.split("\n")));
    }

    private static void check(String name, int present, List<String> choices) {
        boolean badChoice =
                choices.size() > MAX_CHOICES
                        || choices.stream()
                                .anyMatch(
                                        c ->
                                                c.isBlank()
                                                        || c.length() > MAX_NAME
                                                        || c.contains("\n"));
        if (name.isEmpty() || name.length() > MAX_NAME || present >= MAX_ITEMS || badChoice) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "make the profile item \"" + name + "\"",
                    "its name or a choice is empty or too long, or there are too many",
                    "names and choices have 1 to "
                            + MAX_NAME
                            + " characters; "
                            + MAX_ITEMS
                            + " items at most");
        }
    }
}
