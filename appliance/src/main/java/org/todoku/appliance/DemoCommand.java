package org.todoku.appliance;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig.Archive;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.ApplianceConfig.Http;
import org.todoku.appliance.ApplianceConfig.Mail;
import org.todoku.appliance.ApplianceConfig.Rate;
import org.todoku.appliance.ApplianceConfig.Relay;
import org.todoku.appliance.ApplianceConfig.RelaySecurity;
import org.todoku.appliance.demo.DemoMailPages;
import org.todoku.appliance.demo.MailCatcher;
import org.todoku.appliance.demo.SampleSchool;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.web.console.FirstSetup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A school to try everything with; the same server as in earnest, and nothing leaves the machine.
 */
@Command(
        name = "demo",
        description = "Runs a primary school's network with made-up members to try out.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String EMAIL = "admin@aoba.example.jp";
    private static final String PASSWORD = "aoba-demo";
    private static final int PORT = 8080;
    private static final int INBOUND_PORT = 2525;

    /** Slow enough to watch: 65 mails take three seconds. */
    private static final Rate TRICKLE = new Rate(20, Duration.ofSeconds(1));

    private static final int CONNECTIONS = 2;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data/demo",
            description = "Where the demo keeps its data (default: ${DEFAULT-VALUE}).")
    private Path data;

    @Option(
            names = "--port",
            paramLabel = "N",
            description =
                    "The port of the pages (default: 8080, or a free one when that is taken).")
    private @Nullable Integer port;

    @Spec private CommandSpec spec;

    private final Texts texts = Texts.of(DemoMailPages.class);

    @Override
    public Integer call() throws InterruptedException {
        MailCatcher catcher = new MailCatcher(InstantSource.system());
        catcher.start();
        ApplianceConfig config = config(data.toAbsolutePath().normalize(), catcher.port());
        Appliance appliance =
                Appliance.open(
                        config,
                        data,
                        Storage::open,
                        pages -> new DemoMailPages(catcher, pages).routes());
        fill(appliance);
        PrintWriter out = spec.commandLine().getOut();
        ServeCommand.serve(appliance, () -> print(out, config));
        return 0;
    }

    /** Once; a second run finds its school and whatever was done with it. */
    private static void fill(Appliance appliance) {
        Features parts = appliance.parts();
        if (parts.setup().needed()) {
            parts.setup()
                    .run(
                            new FirstSetup.Answers(
                                    SampleSchool.NAME,
                                    SampleSchool.SLUG,
                                    EMAIL,
                                    new Secret(PASSWORD)));
            var school = parts.organisations().bySlug(SampleSchool.SLUG).orElseThrow();
            SampleSchool.fill(school.id(), parts.items(), parts.members());
        }
    }

    private ApplianceConfig config(Path directory, int relayPort) {
        ApplianceConfig standard = ConfigReader.read(Optional.empty(), Map.of());
        int httpPort =
                port != null ? port : freePort(PORT).orElseGet(() -> freePort(0).orElseThrow());
        Archive none = standard.archive();
        Archive archive =
                new Archive(
                        Optional.of(directory.resolve("archive").toUri()),
                        none.endpoint(),
                        none.region(),
                        none.pathStyle(),
                        none.keyFile(),
                        none.shipInterval(),
                        none.baseInterval(),
                        none.keep());
        Relay relay =
                new Relay(
                        RelaySecurity.PLAIN,
                        new HostAndPort("127.0.0.1", relayPort),
                        Optional.empty(),
                        Optional.empty(),
                        TRICKLE,
                        CONNECTIONS);
        Optional<HostAndPort> listen =
                freePort(INBOUND_PORT).map(free -> new HostAndPort("127.0.0.1", free));
        return standard.withHttp(
                        new Http("127.0.0.1", httpPort, URI.create("http://localhost:" + httpPort)))
                .withArchive(archive)
                .withMail(
                        new Mail(
                                standard.mail().domain(),
                                List.of(relay),
                                listen,
                                Optional.empty(),
                                List.of(),
                                ApplianceConfig.Direct.OFF));
    }

    /** The port if nothing listens there; zero asks for any. */
    private static Optional<Integer> freePort(int wanted) {
        try (ServerSocket socket = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
            return Optional.of(socket.getLocalPort());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void print(PrintWriter out, ApplianceConfig config) {
        URI url = config.http().publicUrl();
        say(out, "print.ready", url);
        say(out, "print.console", url + "/console/");
        say(out, "print.sign-in", EMAIL, PASSWORD);
        say(out, "print.mail", url + "/demo/mail");
        String address = SampleSchool.SLUG + "@" + config.mail().domain();
        config.mail().listen().ifPresent(at -> say(out, "print.inbound", address, at));
        say(out, "print.data", data.toAbsolutePath().normalize());
        say(out, "print.stop");
        out.flush();
    }

    private void say(PrintWriter out, String key, Object... values) {
        boolean japanese = Locale.getDefault().getLanguage().equals("ja");
        Object[] texts = java.util.Arrays.stream(values).map(String::valueOf).toArray();
        out.println(this.texts.text(japanese ? Language.JA : Language.EN, key, texts));
    }
}
