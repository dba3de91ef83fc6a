package org.todoku.appliance.audience;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.member.MemberId;

/** Whom a message is for. People who have left are in no audience. */
public sealed interface Audience {
    /** All members. */
    record Everyone() implements Audience {}

    /**
     * Members by their profile: for each item named, one of its values listed.
     *
     * @param values item name → values
     */
    record ByProfile(Map<String, List<String>> values) implements Audience {
        public ByProfile {
            if (values.isEmpty() || values.values().stream().anyMatch(List::isEmpty)) {
                throw invalid("an audience by profile names no item or no value");
            }
            Map<String, List<String>> copy = new LinkedHashMap<>();
            values.forEach((item, list) -> copy.put(item, List.copyOf(list)));
            values = copy;
        }
    }

    /** Members one by one. */
    record Chosen(List<MemberId> members) implements Audience {
        /** More than this is an audience by profile. */
        private static final int MAX = 1000;

        public Chosen {
            if (members.isEmpty() || members.size() > MAX) {
                throw invalid(
                        "1 to " + MAX + " members can be chosen one by one, not " + members.size());
            }
            members = List.copyOf(members);
        }
    }

    private static FaultException invalid(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "choose the audience",
                why,
                "use everyone, values of profile items, or a list of members");
    }
}
