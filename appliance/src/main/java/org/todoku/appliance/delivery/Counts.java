package org.todoku.appliance.delivery;

/** The ledger of one message in numbers; names as in the API. */
public record Counts(
        long queued,
        long claimed,
        long handedOver,
        long deferred,
        long refused,
        long suppressed,
        long expired,
        long inDoubt,
        long read,
        long answered) {}
