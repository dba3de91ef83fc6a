package org.todoku.appliance;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.store.WriteGate;
import org.todoku.appliance.web.SystemState;

/** The state of a machine without an archive: all that is known is whether writes are taken. */
record LocalState(WriteGate gate) implements SystemState {
    @Override
    public Snapshot now() {
        Level level = gate.isOpen() ? Level.NORMAL : Level.STALLED;
        return new Snapshot(
                0,
                new Storage(level, 0.0, 0, Optional.empty(), Optional.empty()),
                Optional.empty(),
                List.of());
    }
}
