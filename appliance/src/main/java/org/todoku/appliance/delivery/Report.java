package org.todoku.appliance.delivery;

import java.time.Instant;
import java.util.Optional;

/** What became of a parcel: the next state of its row. */
record Report(
        Parcel parcel,
        Outcome outcome,
        String stage,
        String response,
        String relay,
        Optional<Instant> nextAttempt) {
    private static final int MAX_RESPONSE = 1000;

    Report {
        response = response.replaceAll("\\s+", " ").strip();
        if (response.length() > MAX_RESPONSE) {
            response = response.substring(0, MAX_RESPONSE);
        }
    }
}
