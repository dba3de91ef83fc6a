package org.todoku.appliance.delivery;

import java.util.List;
import java.util.Optional;

/**
 * The dispatcher at this moment, from memory: asking costs no query.
 *
 * @param inFlight claimed and not yet answered
 * @param handedOver since the start
 * @param unarchivedUrgent urgent mails that went out although the archive did not confirm their
 *     claim in time
 * @param lastProblem the newest reason why sending is held up, empty while all is well
 * @param lanes the destinations for which mails are claimed, or that rest
 */
public record DispatchStatus(
        int inFlight,
        long handedOver,
        long unarchivedUrgent,
        Optional<String> lastProblem,
        List<LaneStatus> lanes) {
    public DispatchStatus {
        lanes = List.copyOf(lanes);
    }
}
