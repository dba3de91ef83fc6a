package org.todoku.appliance.member;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/** What each column of a list is, by the header's Japanese or English name. */
record RosterColumns(List<String> names, List<Role> roles) {
    enum Role {
        NAME,
        KANA,
        EMAIL,
        NUMBER,
        PROFILE,
        NAMELESS
    }

    private static final Pattern NAME = Pattern.compile("(?i)氏名|名前|お名前|児童氏名|name|full name");
    private static final Pattern KANA =
            Pattern.compile("(?i)ふりがな|フリガナ|よみがな|氏名 ?\\(?(ふりがな|フリガナ|かな|カナ)\\)?|かな|カナ|kana");
    private static final Pattern EMAIL =
            Pattern.compile("(?i)(e ?-?メール|メール|携帯メール)(?!.*(希望|配信|受信)).*|(e-?mail|mail).*");
    private static final Pattern NUMBER = Pattern.compile("(?i)会員番号|number|member ?number");
    private static final int MAX_COLUMNS = 60;

    static RosterColumns of(List<String> header) {
        List<String> names = header.stream().map(NewMember::fold).toList();
        List<Role> roles = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            Role role = role(name);
            roles.add(role);
            boolean once = role != Role.EMAIL && role != Role.NAMELESS;
            if (once && !seen.add(role == Role.PROFILE ? "item " + name : role.name())) {
                throw refused("the column \"" + name + "\" is there twice");
            }
        }
        if (!roles.contains(Role.NAME) || !roles.contains(Role.EMAIL)) {
            throw refused(
                    roles.contains(Role.NAME)
                            ? "its first line names no column for the mail address"
                            : "its first line names no column for the name");
        }
        if (names.size() > MAX_COLUMNS) {
            throw refused("it has more than " + MAX_COLUMNS + " columns");
        }
        return new RosterColumns(names, List.copyOf(roles));
    }

    private static Role role(String name) {
        if (name.isEmpty()) {
            return Role.NAMELESS;
        }
        if (NAME.matcher(name).matches()) {
            return Role.NAME;
        }
        if (KANA.matcher(name).matches()) {
            return Role.KANA;
        }
        if (EMAIL.matcher(name).matches()) {
            return Role.EMAIL;
        }
        return NUMBER.matcher(name).matches() ? Role.NUMBER : Role.PROFILE;
    }

    /** How a problem names a column: its header, or its number from 1. */
    String label(int column) {
        return names.get(column).isEmpty() ? Integer.toString(column + 1) : names.get(column);
    }

    int first(Role role) {
        return roles.indexOf(role);
    }

    static FaultException refused(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "read the list",
                why,
                "the first line must name the columns, among them 氏名 (name) and メールアドレス (email)");
    }
}
