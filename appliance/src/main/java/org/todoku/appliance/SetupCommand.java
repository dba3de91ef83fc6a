package org.todoku.appliance;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.web.console.FirstSetup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The first set-up without a browser. */
@Command(
        name = "setup",
        description = "Makes the organisation, its administrator and an API token.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class SetupCommand implements Callable<Integer> {
    @Mixin private DataOptions options;

    @Option(names = "--organisation", required = true, paramLabel = "NAME")
    private String organisation;

    @Option(
            names = "--slug",
            required = true,
            paramLabel = "SLUG",
            description = "Stands before the @ of the network's address: a-z, 0-9 and -.")
    private String slug;

    @Option(names = "--admin-email", required = true, paramLabel = "A")
    private String email;

    @Option(
            names = "--admin-password-file",
            required = true,
            paramLabel = "F",
            description = "The first line of this file is the password.")
    private Path passwordFile;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        Secret password = password();
        try (Appliance appliance = options.open()) {
            Secret token =
                    appliance
                            .parts()
                            .setup()
                            .run(new FirstSetup.Answers(organisation, slug, email, password));
            PrintWriter out = spec.commandLine().getOut();
            out.println("set up " + organisation + " in " + options.data());
            out.println("token " + token.value());
            out.flush();
        }
        return 0;
    }

    private Secret password() {
        try {
            return new Secret(
                    Files.readString(passwordFile).lines().findFirst().orElse("").strip());
        } catch (IOException e) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "read the password from " + passwordFile,
                    e.getClass().getSimpleName() + ": " + e.getMessage(),
                    "check --admin-password-file",
                    e);
        }
    }
}
