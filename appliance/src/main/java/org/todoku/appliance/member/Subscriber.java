package org.todoku.appliance.member;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * Somebody in a list of another program.
 *
 * @param line where in the file
 * @param name empty when it is not known
 * @param profile what else is known
 * @param lists that they are on and have not left
 * @param stop whether they are to be mailed
 * @param reason why not; empty when they are
 */
record Subscriber(
        long line,
        EmailAddress email,
        String name,
        Map<String, List<String>> profile,
        List<String> lists,
        Stop stop,
        String reason) {
    /** Whether somebody is not to be mailed. */
    enum Stop {
        NO,
        /** Not by what is said here; another entry of the same address may say otherwise. */
        HERE,
        /** Never, whatever another entry says: it bounced, or was blocked. */
        ALWAYS
    }

    Subscriber {
        profile = Map.copyOf(profile);
        lists = List.copyOf(lists);
    }

    /** Two entries of one address. */
    Subscriber and(Subscriber other) {
        List<String> all = new ArrayList<>(lists);
        other.lists.stream().filter(list -> !all.contains(list)).forEach(all::add);
        Map<String, List<String>> both = new LinkedHashMap<>(profile);
        both.putAll(other.profile);
        boolean always = stop == Stop.ALWAYS || other.stop == Stop.ALWAYS;
        boolean no = !always && (stop == Stop.NO || other.stop == Stop.NO);
        Stop merged = always ? Stop.ALWAYS : no ? Stop.NO : Stop.HERE;
        String why = merged == Stop.NO ? "" : stop == merged ? reason : other.reason;
        return new Subscriber(
                line, email, name.isEmpty() ? other.name : name, both, all, merged, why);
    }
}
