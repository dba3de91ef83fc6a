package org.todoku.appliance;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.todoku.appliance.continuity.outside.OutsideState;
import org.todoku.appliance.continuity.outside.PublishPlace;
import org.todoku.appliance.continuity.outside.PublishPlaces;
import org.todoku.appliance.continuity.outside.StatusPublisher;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.web.SystemState;
import org.todoku.appliance.web.SystemState.Standing;

/** The status page outside: its wiring to the configuration and to what is known of the machine. */
public final class Outside {
    private Outside() {}

    /**
     * @param unsure true while this host cannot know whether it still is the writer
     */
    static Optional<StatusPublisher> publisher(
            ApplianceConfig config,
            SystemState system,
            MailHealth mail,
            BooleanSupplier unsure,
            InstantSource clock) {
        return place(config)
                .map(
                        place ->
                                new StatusPublisher(
                                        place,
                                        () ->
                                                unsure.getAsBoolean()
                                                        ? Optional.empty()
                                                        : state(config, system.now(), mail, clock),
                                        config.http().publicUrl(),
                                        clock));
    }

    /** Where the configuration wants the page; empty when it names no place. */
    public static Optional<PublishPlace> place(ApplianceConfig config) {
        ApplianceConfig.Archive archive = config.archive();
        return config.status()
                .publish()
                .map(
                        url ->
                                PublishPlaces.open(
                                        new PublishPlaces.Named(
                                                url,
                                                config.status().passwordFile(),
                                                archive.endpoint(),
                                                archive.region(),
                                                archive.pathStyle())));
    }

    /** Empty while another host may be the writer: there must not be two voices. */
    private static Optional<OutsideState> state(
            ApplianceConfig config,
            SystemState.Snapshot now,
            MailHealth mail,
            InstantSource clock) {
        boolean writer =
                now.archive().map(SystemState.Archive::standing).orElse(Standing.WRITER)
                        == Standing.WRITER;
        if (!writer) {
            return Optional.empty();
        }
        return Optional.of(
                new OutsideState(
                        clock.instant(),
                        now.storage().level().name().toLowerCase(Locale.ROOT),
                        config.http().publicUrl(),
                        now.epoch(),
                        now.archive().map(Outside::copy),
                        !mail.now().problems().isEmpty()));
    }

    private static OutsideState.Copy copy(SystemState.Archive archive) {
        return new OutsideState.Copy(
                Duration.ofMillis(archive.lagMillis()),
                archive.trouble().isPresent(),
                archive.verified().map(SystemState.Verified::problems).orElse(0),
                archive.lastBase(),
                archive.lastDrill()
                        .filter(SystemState.Drilled::passed)
                        .map(SystemState.Drilled::at),
                archive.verified().map(SystemState.Verified::at));
    }
}
