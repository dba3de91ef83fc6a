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

    /** The second finds the directory of the first, as a start does. */
    private static final int TIMES = 2;

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
        try (Appliance appliance = Appliance.open(quiet(), copy)) {
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

    /**
     * Runs once, on nothing at all and with a folder as its archive, what the rehearsal leaves out:
     * the start of a writer, its first commits, and of sending. What has run once runs quicker when
     * people wait for it.
     *
     * @param scratch a directory that is not there yet, for the caller to delete
     */
    public static void practise(Path scratch) {
        ApplianceConfig quiet = quiet();
        ApplianceConfig.Archive none = quiet.archive();
        var folder =
                new ApplianceConfig.Archive(
                        Optional.of(scratch.resolve("archive").toUri()),
                        none.endpoint(),
                        none.region(),
                        none.pathStyle(),
                        Optional.of(scratch.resolve("key")),
                        none.shipInterval(),
                        none.baseInterval(),
                        none.keep());
        for (int time = 0; time < TIMES; time++) {
            Path data = scratch.resolve("data");
            try (Appliance appliance = Appliance.open(quiet.withArchive(folder), data)) {
                appliance.startEmpty();
                int status = ask(appliance.address().resolve("/health/ready"));
                if (status != 200) {
                    throw refused("an empty service answered " + status);
                }
            }
        }
    }

    /** Nobody comes to it, and no mail leaves. */
    private static ApplianceConfig quiet() {
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
        return plain.withHttp(http).withMail(mail);
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
