package org.todoku.migrate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.Version;
import org.todoku.backup.Follower;
import org.todoku.backup.Follower.FollowSettings;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.ship.Retention;

/**
 * {@code backup --follow}: a second archive beside the server's own, from a process of its own.
 * What can be tried again is tried again; what would harm the second archive ends it.
 */
final class Following {
    private static final Duration SHIPPED = Duration.ofMinutes(1);
    private static final Duration EXPIRE = Duration.ofDays(1);

    private final Path data;
    private final ApplianceConfig config;
    private final double mibPerSecond;
    private final Output output;
    private final CountDownLatch stopping = new CountDownLatch(1);

    Following(Path data, ApplianceConfig config, double mibPerSecond, Output output) {
        this.data = data;
        this.config = config;
        this.mibPerSecond = mibPerSecond;
        this.output = output;
    }

    /**
     * Follows until it is stopped.
     *
     * @param named the place of the second archive; may be that of the server's own
     * @param once only ships what there is
     */
    void run(Optional<StoreLocation> named, Path keyFile, boolean once) {
        if (!Files.exists(keyFile)) {
            ArchiveKey.generate(new SecureRandom()).write(keyFile);
            output.note(
                    "key",
                    "made the key of the second archive, "
                            + keyFile
                            + ": print its kit too (todoku-migrate kit --archive … --key-file …)");
        }
        InstantSource clock = InstantSource.system();
        RecoveryKit own = ArchiveOptions.kitOf(config, data);
        try (Archive source = ArchiveOptions.open(own);
                Archive target =
                        second(source, named.orElse(own.location()), ArchiveKey.read(keyFile));
                Follower follower = Follower.open(source, target, settings(), clock)) {
            Retention retention = new Retention(target, config.archive().keep(), clock);
            output.begin("follow", "following " + data + " into " + target.location());
            if (!once) {
                Runtime.getRuntime().addShutdownHook(new Thread(stopping::countDown, "stop"));
            }
            long expired = System.nanoTime();
            do {
                step(follower);
                if (!once && System.nanoTime() - expired > EXPIRE.toNanos()) {
                    retention.run();
                    expired = System.nanoTime();
                }
            } while (!once && !awaitStop());
            if (!follower.awaitShipped(SHIPPED)) {
                throw Refusal.failed(
                        "not everything is in the second archive",
                        "does it answer? Run it again: it goes on where it stopped");
            }
            output.done("follow", "shipped up to " + follower.status().shipped());
        }
    }

    private Archive second(Archive source, StoreLocation named, ArchiveKey key) {
        StoreLocation place = Follower.placeOf(source, named);
        if (!place.equals(named)) {
            output.note(
                    "place",
                    "the server's own archive lies there: the second one goes to "
                            + place
                            + ", which is what to name to restore from it");
        }
        ObjectStore store = ObjectStores.open(place);
        try {
            return Archive.openOrCreate(store, key, InstantSource.system());
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    private void step(Follower follower) {
        try {
            follower.step();
        } catch (BackupException e) {
            if (!e.fault().retryable()) {
                throw e;
            }
            output.note("follow", String.valueOf(e.getMessage()));
        }
    }

    private boolean awaitStop() {
        try {
            Duration interval = config.archive().shipInterval();
            return stopping.await(interval.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private FollowSettings settings() {
        return new FollowSettings(
                data,
                config.http().publicUrl().toString(),
                Version.TEXT,
                config.archive().shipInterval(),
                mibPerSecond);
    }
}
