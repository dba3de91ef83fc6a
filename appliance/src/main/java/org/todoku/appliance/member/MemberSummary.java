package org.todoku.appliance.member;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A line of the member list. By design without any address. */
public record MemberSummary(
        MemberId id,
        String name,
        String kana,
        MemberState state,
        Instant joined,
        Map<String, List<String>> profile) {}
