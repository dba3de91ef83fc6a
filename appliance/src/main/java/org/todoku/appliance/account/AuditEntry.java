package org.todoku.appliance.account;

import java.time.Instant;

/** Who did what when. The detail never holds a secret or a member's address. */
public record AuditEntry(Instant happened, String actor, String act, String detail) {}
