package org.todoku.appliance;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.continuity.ControlSocket;
import org.todoku.appliance.continuity.MachineEvents;
import org.todoku.appliance.continuity.MachineState;
import org.todoku.appliance.continuity.MoveSource;
import org.todoku.appliance.continuity.NoticeMerge;
import org.todoku.appliance.continuity.RequestDoor;
import org.todoku.appliance.continuity.StandbySource;
import org.todoku.appliance.continuity.outside.OperatorNotices;
import org.todoku.appliance.continuity.outside.StatusPublisher;
import org.todoku.appliance.inbound.SmtpListener;
import org.todoku.appliance.inbound.mailbox.Mailbox;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Schema;
import org.todoku.appliance.store.WriteGate;
import org.todoku.appliance.web.Metrics;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.PemTls;
import org.todoku.appliance.web.Probes;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.StaticFiles;
import org.todoku.appliance.web.SystemState;
import org.todoku.appliance.web.WebShell;
import org.todoku.appliance.web.api.Api;
import org.todoku.appliance.web.api.ApiDoors;
import org.todoku.appliance.web.console.Console;
import org.todoku.appliance.web.console.ConsoleDoors;
import org.todoku.appliance.web.console.SetupPages;
import org.todoku.appliance.web.member.MemberDoors;
import org.todoku.appliance.web.member.MemberPages;

/**
 * The whole server, wired by hand: the one place that knows all parts. {@link #open} opens the
 * data, {@link #start} begins to serve, {@link #close} ends both, in that order and once each.
 */
final class Appliance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Appliance.class);

    /** SIGTERM promises ten seconds in all; the mail on its way gets the most of it. */
    private static final Duration MAIL_STOP = Duration.ofSeconds(5);

    private static final Duration SMALL_STOP = Duration.ofSeconds(1);

    private final ApplianceConfig config;
    private final DataDirectory directory;
    private final WriteGate gate = new WriteGate();
    private final Storage storage;
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();
    private final Database database;
    private final Features features;
    private final Secret setupCode;
    private final Optional<PemTls> tls;
    private final Optional<StatusPublisher> outside;
    private final Optional<OperatorNotices> notices;
    private final WebShell web;
    private final ControlSocket control;
    private final RequestDoor door = new RequestDoor();
    private final MoveSource move;
    private final Optional<DrillSchedule> drills;
    private final Optional<NoticeMerge> noticeMerge;
    private final MachineEvents events;
    private volatile boolean ready;

    /** More pages, for the demo. */
    interface MorePages {
        List<Route> routes(Pages pages);
    }

    private Appliance(
            ApplianceConfig config,
            DataDirectory directory,
            Storage.Opener opener,
            MorePages more) {
        this.config = config;
        this.directory = directory;
        this.storage = opener.open(config, directory.path(), gate);
        this.database = Database.open(storage.jdbcUrl(), gate);
        Schema.migrate(database);
        Ids ids = ids();
        this.features =
                Features.of(new Features.Ground(config, storage, database, clock, random), ids);
        this.events = new MachineEvents(database, ids, clock, this::machine);
        storage.opened().accept(features.ledger());
        this.move = new MoveSource(moved());
        this.setupCode = new Secret("%06d".formatted(random.nextInt(1_000_000)));
        this.tls =
                config.tls()
                        .certificate()
                        .map(file -> new PemTls(file, config.tls().key().orElseThrow()));
        this.outside =
                Outside.publisher(config, storage.state(), features.health(), gate::slept, clock);
        this.notices = outside.map(publisher -> new OperatorNotices(database, publisher));
        this.web = web(more);
        this.drills = drills();
        this.noticeMerge = storage.noticeMerge().apply(features.noticeLedger());
        this.control =
                new ControlSocket(
                        directory.path(),
                        new ServedImports(new Portability(database, storage.files(), ids, clock))
                                .actsBeside(
                                        Map.of(
                                                "base",
                                                (wanted, told) -> storage.takesBase().take(false),
                                                "full-base",
                                                (wanted, told) -> storage.takesBase().take(true))));
    }

    /** Claims the directory and opens what is in it. */
    static Appliance open(ApplianceConfig config, Path directory) {
        return open(config, directory, Storage::open, pages -> List.of());
    }

    /** The same with another storage and more pages. */
    static Appliance open(
            ApplianceConfig config, Path directory, Storage.Opener opener, MorePages more) {
        DataDirectory claimed = DataDirectory.claim(directory);
        try {
            return new Appliance(config, claimed, opener, more);
        } catch (RuntimeException | Error e) {
            claimed.close();
            throw e;
        }
    }

    /** Serves pages and mail from now on. */
    void start() {
        startWork();
        features.listener().ifPresent(SmtpListener::start);
        features.mailbox().ifPresent(Mailbox::start);
        tls.ifPresent(PemTls::start);
        web.start();
        control.start();
        events.start("version " + Version.TEXT + (storage.restored() ? ", after a restore" : ""));
        outside.ifPresent(StatusPublisher::start);
        notices.ifPresent(OperatorNotices::resume);
        drills.ifPresent(DrillSchedule::start);
        noticeMerge.ifPresent(NoticeMerge::start);
        features.health().start();
        ready = true;
        invite();
    }

    /** Serves the pages alone: no mail leaves and none is taken. For a rehearsal. */
    void startPages() {
        web.start();
        ready = true;
    }

    /** Runs all that a start runs and no organisation is there for: mail, reads, pages. */
    void startEmpty() {
        startWork();
        startPages();
    }

    private void startWork() {
        features.reads().start();
        features.leaving().start();
        features.dispatcher().start();
        features.repeats().start();
        features.inbound().start();
    }

    Database database() {
        return database;
    }

    Features parts() {
        return features;
    }

    Secret setupCode() {
        return setupCode;
    }

    WriteGate gate() {
        return gate;
    }

    /** The address to print: where this process itself listens. */
    URI address() {
        String host = config.http().bind();
        String named = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        String scheme = tls.isPresent() ? "https" : "http";
        return URI.create(
                scheme
                        + "://"
                        + (named.contains(":") ? "[" + named + "]" : named)
                        + ":"
                        + web.port());
    }

    /** Pages first, so that nobody begins something; the database last. */
    @Override
    public void close() {
        ready = false;
        step("the status page", this::stopTelling);
        step("the events", () -> events.stop(SMALL_STOP));
        step("the drills", this::stopDrills);
        step("the notices", this::stopMerging);
        step("the control socket", control::close);
        step("the web pages", web::stop);
        step("the certificate watch", () -> stop(tls));
        step("the mail listener", () -> features.listener().ifPresent(SmtpListener::stop));
        step("the mailbox", this::stopMailbox);
        step("incoming mail", () -> features.inbound().stop(SMALL_STOP));
        step("the mail's health", () -> features.health().stop(SMALL_STOP));
        step("what is repeated", () -> features.repeats().stop(SMALL_STOP));
        step("sending", () -> features.dispatcher().stop(MAIL_STOP));
        step("the read marks", () -> features.reads().stop(SMALL_STOP));
        step("those who leave", () -> features.leaving().stop(SMALL_STOP));
        step("the database", database::close);
        step("the storage", storage.closing()::close);
        step("the data directory", directory::close);
    }

    private interface Step {
        void run() throws Exception;
    }

    /** One part that does not stop must not keep the others from stopping. */
    private static void step(String what, Step step) {
        try {
            step.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.warn("{} did not stop cleanly", what, e);
        }
    }

    private void stopTelling() throws InterruptedException {
        if (outside.isPresent()) {
            outside.get().stop(SMALL_STOP);
        }
    }

    /** Of the embedded database only: another one has an archive of its own kind. */
    private Optional<DrillSchedule> drills() {
        if (config.archive().url().isEmpty() || config.database().url().isPresent()) {
            return Optional.empty();
        }
        List<String> process = DrillSchedule.process(config.archive(), directory.path());
        return Optional.of(new DrillSchedule(storage.state(), directory.path(), process, clock));
    }

    private void stopMailbox() throws InterruptedException {
        if (features.mailbox().isPresent()) {
            features.mailbox().get().stop(SMALL_STOP);
        }
    }

    private void stopMerging() throws InterruptedException {
        if (noticeMerge.isPresent()) {
            noticeMerge.get().stop(SMALL_STOP);
        }
    }

    private void stopDrills() throws InterruptedException {
        if (drills.isPresent()) {
            drills.get().stop(SMALL_STOP);
        }
    }

    private static void stop(Optional<PemTls> tls) throws InterruptedException {
        if (tls.isPresent()) {
            tls.get().stop(SMALL_STOP);
        }
    }

    /** Never an id that was given out before, also on a host whose clock is behind. */
    private Ids ids() {
        Ids ids = new Ids(clock, random);
        long newest = NewestId.of(database);
        if (storage.restored()) {
            ids.jumpAbove(newest);
        } else {
            ids.startAbove(newest);
        }
        return ids;
    }

    private WebShell web(MorePages more) {
        StaticFiles files = new StaticFiles();
        Pages pages = new Pages(files);
        Metrics metrics = new Metrics(this::gauges);
        List<Route> routes = new ArrayList<>(files.routes());
        routes.addAll(new Probes(this::notReadyBecause, this::epoch, metrics).routes());
        routes.addAll(new SetupPages(features.setup(), setupCode, pages, clock).routes());
        routes.addAll(new MemberPages(memberDoors(), pages).routes());
        Api api = new Api(apiDoors());
        routes.addAll(api.routes());
        routes.addAll(new Console(consoleDoors(), pages, random).routes());
        routes.addAll(more.routes(pages));
        ApplianceConfig.Http http = config.http();
        var place = new WebShell.Place(http.bind(), http.port(), http.secure(), tls);
        var served = new WebShell.Served(routes, api.lines());
        return new WebShell(place, served, pages, metrics, door);
    }

    private MoveSource.Parts moved() {
        return new MoveSource.Parts(
                gate,
                door,
                features.dispatcher(),
                storage.continuity(),
                Storage.place(config, directory.path()));
    }

    private MemberDoors memberDoors() {
        return new MemberDoors(
                features.organisations(),
                features.members(),
                features.items(),
                features.messages(),
                features.attachments(),
                features.reads(),
                features.surveys(),
                features.answers(),
                features.leaving(),
                features.signedTokens());
    }

    private ApiDoors apiDoors() {
        return new ApiDoors(
                features.apiTokens(),
                features.organisations(),
                features.members(),
                features.roster(),
                features.messages(),
                features.attachments(),
                features.sending(),
                features.ledger(),
                features.answers(),
                features.progress(),
                features.health(),
                storage.state(),
                move,
                notices,
                new StandbySource(storage.continuity()),
                features.mailbox(),
                features.inbound().proxySenders(),
                features.inbound().inquiryAnswers(),
                config.mail().domain(),
                Version.TEXT);
    }

    private ConsoleDoors consoleDoors() {
        return new ConsoleDoors(
                features.organisations(),
                features.administrators(),
                features.sessions(),
                features.members(),
                features.items(),
                features.roster(),
                features.audiences(),
                features.messages(),
                features.attachments(),
                features.sending(),
                features.repeats(),
                features.ledger(),
                features.answers(),
                features.progress(),
                features.inquiries(),
                features.inbound().joining(),
                features.mailbox(),
                features.inbound().proxySenders(),
                features.inbound().inquiryAnswers(),
                features.exporter(),
                notices,
                storage.state(),
                features.health(),
                MailWiring.check(config, features.mailSettings()),
                clock,
                config.mail().domain(),
                Version.TEXT,
                config.http().secure());
    }

    /** Printed only while it is of use. */
    private void invite() {
        if (features.setup().needed()) {
            LOG.info(
                    "nothing is set up yet: open {}/setup with the set-up code {}",
                    config.http().publicUrl(),
                    setupCode.value());
        }
    }

    private MachineState machine() {
        SystemState.Snapshot now = storage.state().now();
        Optional<String> trouble = now.archive().flatMap(SystemState.Archive::trouble);
        return new MachineState(
                now.storage().level().name().toLowerCase(java.util.Locale.ROOT),
                gate.isOpen() ? "accepted" : "refused",
                now.archive().isEmpty() ? "none" : trouble.isPresent() ? "troubled" : "written",
                now.storage().trouble().or(() -> trouble).orElse(""),
                now.storage().evidence().map(Appliance::evidence).orElse(MachineState.NO_DEVICE));
    }

    private static MachineState.Device evidence(SystemState.Device device) {
        String verdict = device.verdict().name().toLowerCase(java.util.Locale.ROOT);
        return new MachineState.Device(verdict, device.line());
    }

    private Optional<String> notReadyBecause() {
        if (!ready) {
            return Optional.of("starting or stopping");
        }
        return gate.isOpen() ? Optional.empty() : Optional.of("the storage takes no writes");
    }

    private long epoch() {
        return storage.state().now().epoch();
    }

    private Map<String, Double> gauges() {
        Map<String, Double> gauges = new TreeMap<>(StorageGauges.of(storage.state().now()));
        gauges.put("todoku_write_gate_open", gate.isOpen() ? 1.0 : 0.0);
        features.mailbox().ifPresent(box -> gauges.putAll(StorageGauges.of(box.status())));
        try {
            gauges.put("todoku_mail_problems", (double) features.health().now().problems().size());
            gauges.putAll(StorageGauges.of(features.ledger().queue()));
        } catch (FaultException e) {
            // A database that does not answer must not hide how the storage fares.
            LOG.debug("the queue is not in the metrics", e);
        }
        return gauges;
    }
}
