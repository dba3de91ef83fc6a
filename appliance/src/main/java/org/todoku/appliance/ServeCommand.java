package org.todoku.appliance;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.WebShell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Serves until it is told to stop. */
@Command(
        name = "serve",
        description = "Runs the server in the foreground.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
    private static final Duration STOP = Duration.ofSeconds(9);

    /** As a shell shows a process that SIGTERM ended. */
    private static final int TERMINATED = 143;

    @Mixin private DataOptions options;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Appliance appliance;
        try {
            appliance = options.open();
        } catch (FaultException e) {
            return refused(e, out);
        }
        serve(
                appliance,
                () -> {
                    out.println("ready " + appliance.address());
                    out.flush();
                });
        return 0;
    }

    /** A host that was the writer stays to say where the service is now; any other ends. */
    private int refused(FaultException why, PrintWriter out) throws InterruptedException {
        FencedHost host =
                Optional.of(why)
                        .filter(e -> e.fault() == Fault.FENCED)
                        .flatMap(e -> FencedHost.find(options.read(), options.data()))
                        .orElseThrow(() -> why);
        LOG.error("{}", why.getMessage());
        LOG.error(
                "this host says so on its pages until it is stopped; todoku-migrate salvage --from"
                        + " {} lists what only it has",
                options.data());
        WebShell page = host.start();
        Runtime.getRuntime().addShutdownHook(new Thread(page::stop, "stop"));
        out.println("fenced: the page that says where the service is is at port " + page.port());
        out.flush();
        new CountDownLatch(1).await();
        return why.fault().exitStatus();
    }

    /** Starts, says so, and waits for SIGTERM or Ctrl-C. */
    static void serve(Appliance appliance, Runnable afterStart) throws InterruptedException {
        try {
            appliance.start();
        } catch (RuntimeException e) {
            appliance.close();
            throw e;
        }
        CountDownLatch never = new CountDownLatch(1);
        stopAtExit(appliance);
        afterStart.run();
        never.await();
    }

    /** From now on the end of the process closes it. */
    static void stopAtExit(Appliance appliance) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(appliance), "stop"));
    }

    /**
     * SIGTERM promises ten seconds, also when neither the archive nor a relay answers: what is not
     * done by then is left as after a crash, which every start can deal with.
     */
    private static void stop(Appliance appliance) {
        Thread closing = Thread.ofPlatform().daemon().name("closing").start(appliance::close);
        try {
            if (!closing.join(STOP)) {
                LOG.warn("not everything stopped in time; the next start goes on from there");
                Runtime.getRuntime().halt(TERMINATED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
