package org.todoku.appliance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The service in the process of a move: rehearsed on a copy of the data, then served in earnest.
 */
public final class Serving {
    private static final Duration ANSWER = Duration.ofSeconds(20);

    private Serving() {}

    /** Claims a data directory, so that nobody else works on it. */
    public static Claim claim(Path data) {
        return new Claim(DataDirectory.claim(data));
    }

    /** A data directory that is this process's until it is closed. */
    public static final class Claim implements AutoCloseable {
        private final DataDirectory directory;

        private Claim(DataDirectory directory) {
            this.directory = directory;
        }

        @Override
        public void close() {
            directory.close();
        }
    }

    /** This process logs as a server does: a line each, never waiting for a disk. */
    public static void log() {
        Logging.start();
    }

    /**
     * Opens the directory and serves from now on; the end of the process ends it.
     *
     * @return where it listens
     */
    public static URI start(Path data, Optional<Path> config) {
        Optional<Path> file =
                config.or(
                        () ->
                                Optional.of(DataDirectory.configIn(data))
                                        .filter(Files::isRegularFile));
        Appliance appliance =
                Appliance.open(
                        ConfigReader.read(file, System.getenv()),
                        data,
                        (read, directory, gate) -> Storage.open(read, directory, gate, file),
                        pages -> List.of());
        try {
            appliance.start();
        } catch (RuntimeException e) {
            appliance.close();
            throw e;
        }
        ServeCommand.stopAtExit(appliance);
        return appliance.address();
    }

    /**
     * Opens a copy of the data and serves its pages to this process alone: without the archive, and
     * no mail leaves or is taken. What is missing on this host shows here and not in the move, and
     * all that the move will run has been run once.
     */
    public static void rehearse(Path copy) {
        ApplianceConfig plain = ApplianceConfig.defaults();
        var mail =
                new ApplianceConfig.Mail(
                        plain.mail().domain(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        ApplianceConfig.Direct.OFF);
        var http = new ApplianceConfig.Http("127.0.0.1", 0, URI.create("http://localhost"));
        ApplianceConfig quiet = plain.withHttp(http).withMail(mail);
        try (Appliance appliance = Appliance.open(quiet, copy)) {
            appliance.startPages();
            // Health says ready only when the gate is open; the sign-in page comes from the data.
            for (String path : List.of("/health/ready", "/console/sign-in")) {
                int status = ask(appliance.address().resolve(path));
                if (status != 200) {
                    throw refused(path + " answered " + status);
                }
            }
        }
    }

    private static int ask(URI address) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(address).timeout(ANSWER).GET().build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw refused(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refused(e.toString());
        }
    }

    private static FaultException refused(String why) {
        return new FaultException(
                Fault.CONFLICT,
                "rehearse the service on a copy of the data",
                why,
                "nothing was moved; look at the log of this command");
    }
}
