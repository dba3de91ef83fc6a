package org.todoku.appliance.continuity.outside;

import java.util.Optional;
import java.util.function.Supplier;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.ObjectStore;

/** A folder that a web server shows, or a bucket that is readable by everybody. */
record ObjectPlace(ObjectStore store) implements PublishPlace {
    @Override
    public void put(String name, byte[] content) {
        asked(
                "publish " + name,
                () -> {
                    store.replace(name, content);
                    return name;
                });
    }

    @Override
    public Optional<byte[]> get(String name) {
        return asked("read " + name, () -> store.get(name));
    }

    private <T> T asked(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (BackupException e) {
            throw new FaultException(
                    Fault.PUBLISH_FAILED, what + " at " + store.location(), e.why(), e.hint(), e);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
