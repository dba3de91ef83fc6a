package org.todoku.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Serving;
import org.todoku.appliance.continuity.ArchiveFaults;
import org.todoku.appliance.continuity.ControlSocket;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.Standby;
import org.todoku.backup.restore.StandbyStatus;

/**
 * A running standby: follows until it is stopped, and on a word through the control socket of its
 * directory ends the writer's epoch, is promoted, and serves in this very process. Looks for the
 * next segment twice a second, once a second when nothing comes.
 */
final class StandbyRun {
    static final String PROMOTE = "promote";

    /** The same where somebody answers for the old host being off. */
    static final String PROMOTE_UNFENCED = "promote-unfenced";

    /** Behind either: what other standbys may have and have not left is given up. */
    static final String ACCEPTING_LOSS = "-accepting-loss";

    static final String STATUS = "standby";
    private static final long BUSY_MILLIS = 500;
    private static final long IDLE_MILLIS = 1_000;
    private static final int IDLE_AFTER = 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final Archive archive;
    private final Settings settings;
    private final Output output;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile boolean promoted;
    private volatile boolean starts = true;
    private @Nullable ControlSocket control;
    private @Nullable WriterLine line;

    /**
     * How it runs.
     *
     * @param config of the service that it may become
     * @param port tells its state there; 0 for nowhere
     * @param auto takes over by itself when this says so
     * @param writer feeds it; empty for the archive alone
     * @param addresses by which others reach this host; empty when the names are not to be changed
     */
    record Settings(
            Path data,
            Optional<Path> config,
            int port,
            boolean rehearse,
            Optional<AutoTakeover> auto,
            Optional<OldHost> writer,
            List<InetAddress> addresses) {
        Settings {
            addresses = List.copyOf(addresses);
        }
    }

    StandbyRun(Archive archive, Settings settings, Output output) {
        this.archive = archive;
        this.settings = settings;
        this.output = output;
    }

    void run() {
        Path data = settings.data();
        Serving.Claim claim = Serving.claim(data);
        output.begin("standby", "restoring the newest base, if there is none yet");
        try (Standby standby =
                Standby.open(archive, data, InstantSource.system(), new Told(output))) {
            output.done("standby", "follows " + archive.location());
            if (settings.rehearse()) {
                new Rehearsal(output).run(standby, data);
            }
            control =
                    new ControlSocket(
                            data,
                            Map.of(
                                    STATUS,
                                    (wanted, told) -> facts(standby),
                                    PROMOTE,
                                    (wanted, told) -> promoteFenced(standby, claim, false),
                                    PROMOTE + ACCEPTING_LOSS,
                                    (wanted, told) -> promoteFenced(standby, claim, true),
                                    PROMOTE_UNFENCED,
                                    (wanted, told) -> promote(standby, claim, false),
                                    PROMOTE_UNFENCED + ACCEPTING_LOSS,
                                    (wanted, told) -> promote(standby, claim, true)));
            control.start();
            settings.writer()
                    .ifPresent(
                            writer -> {
                                WriterLine opened = new WriterLine(standby, writer, output);
                                line = opened;
                                opened.start();
                            });
            Optional<HttpServer> page = settings.port() == 0 ? Optional.empty() : tell(standby);
            Runtime.getRuntime().addShutdownHook(new Thread(stopping::countDown, "stop"));
            output.result(facts(standby), "ready as a standby of " + archive.location());
            follow(standby, claim);
            closeLine();
            page.ifPresent(server -> server.stop(0));
        }
    }

    /**
     * Takes what the directory of a stopped standby has, and is promoted at once, in this process.
     *
     * @param unfenced somebody answers for the old host being off
     * @param acceptLoss a person accepts that another standby may have what is nowhere else
     * @param serves whether it serves from now on; else the directory is left to be started
     */
    Map<String, Object> promoteStopped(boolean unfenced, boolean acceptLoss, boolean serves) {
        Serving.Claim claim = Serving.claim(settings.data());
        output.begin("standby", "taking what the archive has that the standby lacks");
        try (Standby standby =
                Standby.open(archive, settings.data(), InstantSource.system(), new Told(output))) {
            output.done("standby", "as far as " + standby.status().end());
            starts = serves;
            return unfenced
                    ? promote(standby, claim, acceptLoss)
                    : promoteFenced(standby, claim, acceptLoss);
        } catch (RuntimeException e) {
            // Promoted, the directory belongs to who serves from it.
            if (!promoted) {
                claim.close();
            }
            throw e;
        }
    }

    private void closeLine() {
        WriterLine open = line;
        if (open != null) {
            open.close();
        }
    }

    private void follow(Standby standby, Serving.Claim claim) {
        int quiet = 0;
        try {
            while (!stopping.await(
                    quiet < IDLE_AFTER ? BUSY_MILLIS : IDLE_MILLIS, TimeUnit.MILLISECONDS)) {
                if (!promoted) {
                    quiet = step(standby) ? 0 : quiet + 1;
                    takeOverWhenSilent(standby, claim);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void takeOverWhenSilent(Standby standby, Serving.Claim claim) {
        AutoTakeover auto = settings.auto().orElse(null);
        try {
            if (auto != null && auto.isTime(standby)) {
                output.note(
                        "takeover",
                        "the old host has been silent for %d s and the witnesses answer: taking over"
                                .formatted(auto.silentFor().toSeconds()));
                Map<String, Object> facts = promote(standby, claim, false);
                assert !facts.isEmpty();
            }
        } catch (BackupException e) {
            output.note("takeover", String.valueOf(e.getMessage()));
        }
    }

    private boolean step(Standby standby) {
        synchronized (this) {
            return !promoted && standby.step();
        }
    }

    /** Where the store lets two writers win, only a person can know that the old host is off. */
    private Map<String, Object> promoteFenced(
            Standby standby, Serving.Claim claim, boolean acceptLoss) {
        try {
            archive.verdict()
                    .ifPresent(
                            verdict ->
                                    verdict.requireFence(
                                            "taking over from " + archive.location(),
                                            "switch the old host off (or take its access key away),"
                                                    + " then say so with --old-host-is-off; nothing was"
                                                    + " changed"));
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
        return promote(standby, claim, acceptLoss);
    }

    private synchronized Map<String, Object> promote(
            Standby standby, Serving.Claim claim, boolean acceptLoss) {
        Promotion promotion = new Promotion(standby, settings, output, () -> letGo(claim));
        Map<String, Object> facts;
        try {
            facts = promotion.run(acceptLoss, starts);
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        } finally {
            // Past the claim nothing more of the old line is followed.
            promoted = promoted || promotion.isClaimed();
        }
        promotion.bringPeople();
        if (starts) {
            output.result(
                    facts,
                    "figure: served %s ms after the word (sealed %s, claimed %s, promoted %s)"
                                    .formatted(
                                            facts.get("servesMs"),
                                            facts.get("sealedMs"),
                                            facts.get("claimedMs"),
                                            facts.get("promotedMs"))
                            + System.lineSeparator()
                            + "ready "
                            + facts.get("address"));
        }
        return facts;
    }

    /** Promoted, the directory belongs to who serves from it. */
    private void letGo(Serving.Claim claim) {
        closeLine();
        ControlSocket listening = control;
        if (listening != null) {
            listening.close();
        }
        claim.close();
    }

    private Map<String, Object> facts(Standby standby) {
        StandbyStatus status = standby.status();
        WriterLine open = line;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("source", status.stream().isLive() ? "direct" : "bucket");
        facts.put("ready", status.ready());
        facts.put("epoch", status.epoch());
        facts.put("position", status.end().toString());
        facts.put("lagP50Ms", status.lagP50().toMillis());
        facts.put("lagP99Ms", status.lagP99().toMillis());
        facts.put("streamLagP50Ms", status.stream().lagP50().toMillis());
        facts.put("streamLagP99Ms", status.stream().lagP99().toMillis());
        facts.put("streamTrouble", open == null ? "" : open.trouble());
        facts.put("kept", status.kept().orElse(""));
        facts.put("answeredMsAgo", status.sinceLooked().toMillis());
        facts.put("restores", status.restores());
        facts.put("trouble", status.trouble().orElse(""));
        return facts;
    }

    /** To this machine alone: it says how far the service's data goes. */
    private Optional<HttpServer> tell(Standby standby) {
        try {
            var place = new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port());
            HttpServer server = HttpServer.create(place, 8);
            server.createContext(
                    "/",
                    call -> {
                        byte[] body = json(facts(standby));
                        call.getResponseHeaders().add("Content-Type", "application/json");
                        call.sendResponseHeaders(200, body.length);
                        call.getResponseBody().write(body);
                        call.close();
                    });
            server.start();
            return Optional.of(server);
        } catch (IOException e) {
            throw Refusal.failed(
                    "telling the standby's state on port " + settings.port() + ": " + e,
                    "name a port that is free with --listen");
        }
    }

    private static byte[] json(Map<String, Object> facts) {
        try {
            return (JSON.writeValueAsString(facts) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Told(Output output) implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {
            output.progress("standby", bytes, of);
        }

        @Override
        public void log(int segments, int of) {
            output.progress("standby", segments, of);
        }
    }
}
