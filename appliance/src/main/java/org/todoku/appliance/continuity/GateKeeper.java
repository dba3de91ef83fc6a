package org.todoku.appliance.continuity;

import java.lang.System.Logger.Level;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.store.WriteGate;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.restore.BootGuard;
import org.todoku.backup.volume.VolumeListener;

/**
 * Closes the write gate while neither the disk nor the archive takes what is written, and opens it
 * again; closes it for good when a newer epoch fences this host out. Thread-safe.
 */
final class GateKeeper implements VolumeListener {
    private static final System.Logger LOG = System.getLogger(GateKeeper.class.getName());

    private final WriteGate gate;
    private boolean fenced;

    GateKeeper(WriteGate gate) {
        this.gate = gate;
    }

    synchronized void fence(Epoch newer) {
        BackupException fault = BootGuard.fenced(newer);
        LOG.log(Level.ERROR, fault.getMessage());
        fenced = true;
        gate.close(Fault.FENCED, fault.why(), fault.hint());
    }

    @Override
    public synchronized void ended(RuntimeException why) {
        fenced = true;
        if (why instanceof BackupException fault) {
            gate.close(Fault.FENCED, fault.why(), fault.hint());
        } else {
            gate.close(Fault.FENCED, String.valueOf(why.getMessage()), "see the log");
        }
    }

    @Override
    public synchronized void closeWrites(String why) {
        if (!fenced) {
            gate.close(
                    why,
                    "nothing that was confirmed is lost, and writing opens again by itself; look at"
                            + " the data disk and at the way to the archive");
        }
    }

    @Override
    public synchronized void openWrites() {
        if (!fenced) {
            gate.open();
        }
    }
}
