package org.todoku.appliance.member;

/** How many members and addresses an organisation has. */
public record MemberCounts(
        long joined, long left, long activeAddresses, long quarantinedAddresses) {}
