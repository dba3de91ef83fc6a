package org.todoku.appliance;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.todoku.appliance.delivery.QueueSize;
import org.todoku.appliance.inbound.mailbox.MailboxStatus;
import org.todoku.appliance.web.SystemState;

/** What storage and archive tell Prometheus; from memory alone. */
final class StorageGauges {
    private StorageGauges() {}

    static Map<String, Double> of(SystemState.Snapshot now) {
        Map<String, Double> gauges = new TreeMap<>();
        SystemState.Storage storage = now.storage();
        for (SystemState.Level level : SystemState.Level.values()) {
            gauges.put(
                    "todoku_storage_state{state=\"" + word(level) + "\"}",
                    level == storage.level() ? 1.0 : 0.0);
        }
        gauges.put("todoku_storage_force_p99_seconds", storage.forceP99Millis() / 1e3);
        gauges.put("todoku_storage_queued_bytes", (double) storage.queuedBytes());
        storage.device()
                .ifPresent(
                        device -> {
                            String of = "{device=\"" + device.name() + "\"}";
                            gauges.put(
                                    "todoku_storage_device_in_flight" + of,
                                    (double) device.inFlight());
                            gauges.put(
                                    "todoku_storage_device_quiet_seconds" + of,
                                    device.quietMillis() / 1e3);
                        });
        gauges.put("todoku_epoch", (double) now.epoch());
        now.archive().ifPresent(archive -> gauges.putAll(of(archive)));
        now.standbys().forEach(standby -> gauges.putAll(of(standby)));
        return gauges;
    }

    private static Map<String, Double> of(SystemState.Standby standby) {
        String host = "{host=\"" + standby.host().replaceAll("[\"\\\\\n]", "_") + "\"}";
        Map<String, Double> gauges = new TreeMap<>();
        gauges.put("todoku_standby_fed" + host, standby.fed() ? 1.0 : 0.0);
        gauges.put("todoku_standby_counts" + host, standby.counts() ? 1.0 : 0.0);
        gauges.put("todoku_standby_silent_seconds" + host, standby.silentMillis() / 1e3);
        gauges.put("todoku_standby_lag_p99_seconds" + host, standby.lagP99Millis() / 1e3);
        gauges.put("todoku_standby_trouble" + host, standby.trouble().isPresent() ? 1.0 : 0.0);
        return gauges;
    }

    private static Map<String, Double> of(SystemState.Archive archive) {
        Map<String, Double> gauges = new TreeMap<>();
        for (SystemState.Standing standing : SystemState.Standing.values()) {
            gauges.put(
                    "todoku_archive_standing{standing=\"" + word(standing) + "\"}",
                    standing == archive.standing() ? 1.0 : 0.0);
        }
        gauges.put("todoku_archive_lag_bytes", (double) archive.lagBytes());
        gauges.put("todoku_archive_lag_seconds", archive.lagMillis() / 1e3);
        gauges.put("todoku_archive_failed_puts", (double) archive.failedPuts());
        archive.lastBase()
                .ifPresent(
                        at ->
                                gauges.put(
                                        "todoku_archive_last_base_timestamp_seconds",
                                        (double) at.getEpochSecond()));
        archive.verified()
                .ifPresent(
                        verified -> {
                            gauges.put(
                                    "todoku_archive_last_verified_timestamp_seconds",
                                    (double) verified.at().getEpochSecond());
                            gauges.put("todoku_archive_problems", (double) verified.problems());
                        });
        archive.lastDrill()
                .ifPresent(
                        drill -> {
                            gauges.put(
                                    "todoku_last_drill_timestamp_seconds",
                                    (double) drill.at().getEpochSecond());
                            gauges.put("todoku_last_drill_passed", drill.passed() ? 1.0 : 0.0);
                        });
        return gauges;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** How the mailbox is doing. */
    static Map<String, Double> of(MailboxStatus mailbox) {
        Map<String, Double> gauges = new TreeMap<>();
        gauges.put("todoku_mailbox_connected", mailbox.connected() ? 1.0 : 0.0);
        gauges.put("todoku_mailbox_mails", (double) mailbox.taken());
        gauges.put("todoku_mailbox_set_aside", (double) mailbox.setAside());
        mailbox.lastMail()
                .ifPresent(
                        at ->
                                gauges.put(
                                        "todoku_mailbox_last_mail_timestamp_seconds",
                                        (double) at.getEpochSecond()));
        return gauges;
    }

    /** What waits to be sent. */
    static Map<String, Double> of(QueueSize queue) {
        return Map.of(
                "todoku_deliveries{outcome=\"queued\"}", (double) queue.queued(),
                "todoku_deliveries{outcome=\"claimed\"}", (double) queue.claimed(),
                "todoku_deliveries{outcome=\"deferred\"}", (double) queue.deferred(),
                "todoku_deliveries{outcome=\"inDoubt\"}", (double) queue.inDoubt(),
                "todoku_deliveries_on_hold", (double) queue.onHold());
    }
}
