package org.todoku.appliance.account;

import java.time.Instant;

/**
 * Someone who signed in, as their cookie says.
 *
 * @param csrf goes into every form of this session and must come back with it
 */
public record Session(
        AdministratorId administrator, Instant issued, Instant expires, String csrf) {}
