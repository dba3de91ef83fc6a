package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDeathEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fault of Derby 10.17.1.0 itself, on its own storage and without any part of ours: its
 * background thread lets go of an index page before the purge that it made there is committed.
 * Stopped just there by a debugger, with another thread using the freed space, a crash leaves a
 * database that does not boot (XSDB0). ADR 5 tells what follows. When this test fails the fault is
 * gone.
 */
class DerbyPurgeWindowTest {
    private static final String WORK = "org.apache.derby.impl.store.access.btree.BTreePostCommit";

    /** Where {@code performWork} calls {@code commit}, behind {@code open_btree.close()}. */
    private static final long[] BEFORE_COMMIT = {146, 175};

    @TempDir Path root;

    @Test
    @Timeout(120)
    void aCrashInThatWindowLeavesADatabaseThatDoesNotBoot() throws Exception {
        Path stopped = root.resolve("stopped");
        assertThat(dieInTheWindow(stopped)).as("the thread was stopped there").isTrue();
        assertThatThrownBy(
                        () ->
                                DriverManager.getConnection("jdbc:derby:" + root.resolve("db"))
                                        .close())
                .isInstanceOf(SQLException.class)
                .rootCause()
                .hasMessageContaining("Unexpected exception on in-memory page");
    }

    private boolean dieInTheWindow(Path stopped) throws Exception {
        VirtualMachine machine = launch(stopped);
        boolean found = stopInTheWindow(machine, stopped);
        // Its end is told before it has let go of the database.
        assertThat(machine.process().waitFor(30, TimeUnit.SECONDS)).as("it ended").isTrue();
        return found;
    }

    private static boolean stopInTheWindow(VirtualMachine machine, Path stopped) throws Exception {
        ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(WORK);
        prepared.enable();
        machine.resume();
        boolean found = false;
        while (true) {
            EventSet events = machine.eventQueue().remove();
            boolean stays = false;
            for (Event event : events) {
                switch (event) {
                    case ClassPrepareEvent loaded -> breakAt(machine, loaded);
                    case BreakpointEvent there -> {
                        stays = true;
                        found = true;
                        Files.writeString(stopped, there.location().toString());
                    }
                    case VMDeathEvent dead -> {
                        return found;
                    }
                    case VMDisconnectEvent gone -> {
                        return found;
                    }
                    default -> {}
                }
            }
            if (!stays) {
                events.resume();
            }
        }
    }

    private static void breakAt(VirtualMachine machine, ClassPrepareEvent loaded) {
        Method method = loaded.referenceType().methodsByName("performWork").getFirst();
        for (long index : BEFORE_COMMIT) {
            Location location = method.locationOfCodeIndex(index);
            BreakpointRequest request =
                    machine.eventRequestManager().createBreakpointRequest(location);
            request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
            request.enable();
        }
    }

    private VirtualMachine launch(Path stopped) throws Exception {
        LaunchingConnector launcher = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = launcher.defaultArguments();
        set(
                arguments,
                "main",
                PurgeWindowChild.class.getName() + " " + root.resolve("db") + " " + stopped);
        set(
                arguments,
                "options",
                "-Dderby.stream.error.file=%s -cp %s"
                        .formatted(
                                root.resolve("derby.log"), System.getProperty("java.class.path")));
        return launcher.launch(arguments);
    }

    private static void set(Map<String, Connector.Argument> arguments, String name, String value) {
        Objects.requireNonNull(arguments.get(name)).setValue(value);
    }
}
