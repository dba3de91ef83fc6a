package org.todoku.appliance;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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
        Runtime.getRuntime().addShutdownHook(new Thread(appliance::close, "stop"));
        afterStart.run();
        never.await();
    }
}
