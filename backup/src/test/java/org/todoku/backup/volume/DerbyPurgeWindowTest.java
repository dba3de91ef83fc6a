package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ThreadReference;
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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A fault of Derby 10.17.1.0 itself, on its own storage and without any part of ours: it lets go of
 * an index page before the purge that it made there is committed. Stopped just there by a debugger,
 * with another thread using the freed space, a crash leaves a database that does not boot (XSDB0).
 * With {@link LatchedPurge} the other thread has to wait, and it boots. When the first of these
 * fails, Derby has mended it by itself.
 */
class DerbyPurgeWindowTest {
    private static final String BTREE = "org.apache.derby.impl.store.access.btree.";

    @TempDir Path root;

    /** Where Derby is stopped: behind the {@code close()} that comes too early. */
    enum Window {
        IN_BACKGROUND("BTreePostCommit", "performWork", 146, 175),
        IN_AN_INSERT("BTreeController", "start_xact_and_dosplit", 147, 147);

        private final String type;
        private final String method;
        private final int first;
        private final int second;

        Window(String type, String method, int first, int second) {
            this.type = BTREE + type;
            this.method = method;
            this.first = first;
            this.second = second;
        }
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(120)
    void aCrashInThatWindowLeavesADatabaseThatDoesNotBoot(Window window) throws Exception {
        assertThat(diesInTheWindow(window, "plain")).as("the other thread went on").isTrue();
        assertThatThrownBy(() -> DriverManager.getConnection(url()).close())
                .isInstanceOf(SQLException.class)
                .rootCause()
                .hasMessageContaining("Unexpected exception on in-memory page");
    }

    @ParameterizedTest
    @EnumSource
    @Timeout(120)
    void withTheLeafHeldUntilTheCommitItBoots(Window window) throws Exception {
        assertThat(diesInTheWindow(window, "mended")).as("the other thread went on").isFalse();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet checked =
                        statement.executeQuery("values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', 'T')")) {
            assertThat(checked.next()).isTrue();
            assertThat(checked.getInt(1)).isEqualTo(1);
        }
    }

    private String url() {
        return "jdbc:derby:" + root.resolve("db");
    }

    /**
     * @return whether the other thread could use the room and commit; if not, the process was
     *     killed while that thread waited
     */
    private boolean diesInTheWindow(Window window, String derby) throws Exception {
        Path stopped = root.resolve("stopped");
        VirtualMachine machine = launch(window, derby, stopped);
        ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
        prepared.addClassFilter(window.type);
        prepared.enable();
        machine.resume();
        boolean alive = true;
        try {
            alive = runs(machine, window, stopped);
            assertThat(stopped).as("the thread was stopped there").exists();
        } finally {
            if (alive) {
                machine.process().destroyForcibly();
            }
        }
        // Its end is told before it has let go of the database.
        assertThat(machine.process().waitFor(30, TimeUnit.SECONDS)).as("it ended").isTrue();
        return !alive;
    }

    /**
     * @return whether it still runs, 3 s after the other thread set out
     */
    private boolean runs(VirtualMachine machine, Window window, Path stopped) throws Exception {
        long patience = Long.MAX_VALUE;
        while (System.nanoTime() < patience) {
            if (patience == Long.MAX_VALUE && Files.exists(root.resolve("trying"))) {
                patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            }
            EventSet events = machine.eventQueue().remove(100);
            if (events == null) {
                continue;
            }
            boolean stays = false;
            for (Event event : events) {
                switch (event) {
                    case ClassPrepareEvent loaded -> breakAt(machine, loaded, window);
                    // Derby's own catalogue tables pass here as well.
                    case BreakpointEvent there when isTheOne(there.thread(), window) -> {
                        stays = true;
                        Files.writeString(stopped, there.location().toString());
                    }
                    case VMDeathEvent _ -> {
                        return false;
                    }
                    case VMDisconnectEvent _ -> {
                        return false;
                    }
                    default -> {}
                }
            }
            if (!stays) {
                events.resume();
            }
        }
        return true;
    }

    private static boolean isTheOne(ThreadReference thread, Window window) {
        return window == Window.IN_BACKGROUND || thread.name().equals(PurgeWindowChild.INSERTER);
    }

    private static void breakAt(VirtualMachine machine, ClassPrepareEvent loaded, Window window) {
        Method method = loaded.referenceType().methodsByName(window.method).getFirst();
        for (long index : new long[] {window.first, window.second}) {
            Location location = method.locationOfCodeIndex(index);
            BreakpointRequest request =
                    machine.eventRequestManager().createBreakpointRequest(location);
            request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
            request.enable();
        }
    }

    private VirtualMachine launch(Window window, String derby, Path stopped) throws Exception {
        LaunchingConnector launcher = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> arguments = launcher.defaultArguments();
        String child = PurgeWindowChild.class.getName();
        set(
                arguments,
                "main",
                "%s %s %s %s %s".formatted(child, root.resolve("db"), stopped, window, derby));
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
