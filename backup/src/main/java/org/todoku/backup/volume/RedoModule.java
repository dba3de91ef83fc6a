package org.todoku.backup.volume;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.derby.iapi.services.monitor.ModuleControl;
import org.apache.derby.iapi.services.monitor.ModuleFactory;
import org.apache.derby.iapi.services.monitor.ModuleSupportable;
import org.apache.derby.iapi.services.monitor.Monitor;
import org.apache.derby.iapi.store.raw.RawStoreFactory;
import org.apache.derby.iapi.store.raw.log.LogFactory;
import org.apache.derby.iapi.store.replication.slave.SlaveFactory;
import org.apache.derby.impl.store.raw.log.LogToFile;
import org.apache.derby.shared.common.error.StandardException;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * What Derby takes for the receiving end of its replication, when a database is booted for {@link
 * ContinuousRedo}: opens the log for appending, hands it to the volume, and that is all. Derby's
 * own receiver, which listens on a port and cannot be resumed, is not used (docs/adr/0027).
 *
 * <p>Derby's release builds look for modules of others only in a file of properties, and only when
 * the engine boots; so the list that it has then read is replaced by one that begins with this.
 */
public final class RedoModule implements SlaveFactory, ModuleControl, ModuleSupportable {
    private volatile @Nullable LogToFile log;
    private String database = "";

    /** Derby calls this by reflection. */
    public RedoModule() {}

    /**
     * Makes Derby use this module; the engine must be booted. Once is enough, more does no harm.
     *
     * @throws BackupException {@code DATABASE_FAILED} when Derby does not look as expected
     */
    @SuppressWarnings("unchecked") // The field has this type in 10.17.1.0.
    static void install() {
        ModuleFactory monitor = Monitor.getMonitor();
        Class<?> base = monitor.getClass().getSuperclass();
        try {
            VarHandle sets =
                    MethodHandles.privateLookupIn(base, MethodHandles.lookup())
                            .findVarHandle(base, "implementationSets", List.class);
            List<List<Class<?>>> known = (List<List<Class<?>>>) sets.get(monitor);
            List<Class<?>> ours = List.of(RedoModule.class);
            if (!known.contains(ours)) {
                List<List<Class<?>>> more = new ArrayList<>(known);
                more.addFirst(ours);
                sets.setVolatile(monitor, more);
            }
        } catch (ReflectiveOperationException e) {
            throw unexpected(e);
        }
    }

    private static BackupException unexpected(ReflectiveOperationException e) {
        return new BackupException(
                BackupFault.DATABASE_FAILED,
                "preparing Derby for continuous redo",
                e.toString(),
                "is another version of Derby on the class path? It must be 10.17.1.0",
                e);
    }

    @Override
    public boolean canSupport(Properties properties) {
        return SLAVE_MODE.equals(properties.getProperty(REPLICATION_MODE));
    }

    @Override
    public void boot(boolean create, Properties properties) {
        database = properties.getProperty(SLAVE_DB, "");
    }

    @Override
    public void startSlave(RawStoreFactory store, LogFactory factory) throws StandardException {
        LogToFile opened = (LogToFile) factory;
        opened.initializeReplicationSlaveRole();
        switchesNever(opened);
        Path directory = Path.of(database.substring(VolumeRegistry.PROTOCOL.length() + 1));
        Volume volume = VolumeRegistry.find(directory);
        if (volume == null) {
            throw new IllegalStateException("no volume is attached to " + directory);
        }
        volume.appendable(opened);
        log = opened;
    }

    /**
     * Else Derby goes on to another file by itself, at the first force behind a mebibyte, though
     * the writer's log went on in the same one: its checkpoint was on its way just then.
     */
    private static void switchesNever(LogToFile opened) {
        try {
            MethodHandles.privateLookupIn(LogToFile.class, MethodHandles.lookup())
                    .findVarHandle(LogToFile.class, "logSwitchInterval", int.class)
                    .set(opened, Integer.MAX_VALUE);
        } catch (ReflectiveOperationException e) {
            throw unexpected(e);
        }
    }

    @Override
    public void stopSlave(boolean forced) throws StandardException {
        LogToFile open = log;
        if (open != null) {
            log = null;
            open.stopReplicationSlaveRole();
        }
    }

    @Override
    public void failover() {
        LogToFile open = log;
        if (open != null) {
            log = null;
            open.failoverSlave();
        }
    }

    @Override
    public boolean isStarted() {
        return log != null;
    }

    @Override
    public void stop() {
        log = null;
    }
}
