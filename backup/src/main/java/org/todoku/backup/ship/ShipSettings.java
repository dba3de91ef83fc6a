package org.todoku.backup.ship;

import java.time.Duration;
import java.util.function.Consumer;
import org.todoku.backup.archive.Epoch;

/**
 * How the log is shipped.
 *
 * @param shipInterval what is forced is in the archive within about this time; one put in it, or in
 *     a twentieth less
 * @param onFenced told once, by the shipper's thread, when a higher epoch was found
 */
public record ShipSettings(Duration shipInterval, Consumer<Epoch> onFenced) {}
