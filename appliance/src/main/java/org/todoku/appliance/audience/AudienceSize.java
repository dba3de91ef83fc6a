package org.todoku.appliance.audience;

/** How many people and addresses an audience is at this moment. */
public record AudienceSize(long members, long addresses) {}
