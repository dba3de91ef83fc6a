package org.todoku.appliance.delivery;

/** The ledger's open rows over all messages. */
public record QueueSize(long queued, long claimed, long deferred, long inDoubt, long onHold) {}
