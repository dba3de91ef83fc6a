package org.todoku.migrate.watch;

import org.todoku.appliance.continuity.outside.OutsideState;
import org.todoku.appliance.continuity.outside.PublishPlace;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The published heartbeat, which anybody may read.
 *
 * @param place where the status page lies
 */
public record PageSource(PublishPlace place, String name) implements Source {
    @Override
    public Sighting look() {
        byte[] found =
                place.get(OutsideState.FILE)
                        .orElseThrow(
                                () ->
                                        new FaultException(
                                                Fault.NOT_FOUND,
                                                "read " + OutsideState.FILE + " at " + name,
                                                "it is not there",
                                                "is this the folder of the status page?"));
        return Sighting.of(OutsideState.read(found));
    }

    @Override
    public void close() {
        place.close();
    }
}
