package org.todoku.appliance.member;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.store.Tx;

/** Writes the profile of many members at once; columns that are no profile item yet become one. */
final class ProfileWriter {
    private static final int MAX_CHOICES = 20;

    private final Tx tx;
    private final OrganisationId organisation;
    private final ProfileItems items;

    ProfileWriter(Tx tx, OrganisationId organisation, ProfileItems items) {
        this.tx = tx;
        this.organisation = organisation;
        this.items = items;
    }

    /** Replaces, of each member, the values of the items that are named. */
    void write(Map<MemberId, NewMember> profiles) {
        Map<String, ProfileItem> byName = defineItems(profiles);
        List<@Nullable Object[]> cleared = new ArrayList<>();
        List<@Nullable Object[]> set = new ArrayList<>();
        profiles.forEach(
                (id, member) ->
                        member.profile()
                                .forEach(
                                        (name, values) -> {
                                            ProfileItem item = byName.get(name);
                                            if (item != null) {
                                                add(id, item, values, cleared, set);
                                            }
                                        }));
        MemberStore.replaceValues(tx, cleared, set);
    }

    private static void add(
            MemberId id,
            ProfileItem item,
            List<String> values,
            List<@Nullable Object[]> cleared,
            List<@Nullable Object[]> set) {
        long itemId = item.id().value();
        cleared.add(new @Nullable Object[] {id.value(), itemId});
        values.forEach(v -> set.add(new @Nullable Object[] {id.value(), itemId, v}));
    }

    /** With choices when there are few values. */
    private Map<String, ProfileItem> defineItems(Map<MemberId, NewMember> profiles) {
        Map<String, Set<String>> values = new LinkedHashMap<>();
        for (NewMember member : profiles.values()) {
            member.profile()
                    .forEach(
                            (name, list) ->
                                    values.computeIfAbsent(name, n -> new TreeSet<>())
                                            .addAll(list));
        }
        Map<String, ProfileItem> byName = new HashMap<>();
        values.forEach(
                (name, distinct) -> {
                    boolean few = !distinct.isEmpty() && distinct.size() <= MAX_CHOICES;
                    boolean shortEnough = distinct.stream().allMatch(v -> v.length() <= 50);
                    ProfileItem.Kind kind =
                            few && shortEnough ? ProfileItem.Kind.SINGLE : ProfileItem.Kind.TEXT;
                    List<String> choices =
                            kind == ProfileItem.Kind.SINGLE ? List.copyOf(distinct) : List.of();
                    byName.put(name, items.define(tx, organisation, name, kind, choices));
                });
        return byName;
    }
}
