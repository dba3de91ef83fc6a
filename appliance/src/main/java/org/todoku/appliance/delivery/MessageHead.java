package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.Optional;

/** What every mail of one message shares. */
record MessageHead(
        long id,
        String subject,
        String body,
        boolean urgent,
        Optional<Instant> notAfter,
        String organisation,
        String slug) {}
