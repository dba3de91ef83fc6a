package org.todoku.appliance;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
        Appliance appliance = options.open();
        PrintWriter out = spec.commandLine().getOut();
        serve(
                appliance,
                () -> {
                    out.println("ready " + appliance.address());
                    out.flush();
                });
        return 0;
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
