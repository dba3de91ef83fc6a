package org.todoku.backup.ship;

import java.time.Duration;
import java.util.function.Consumer;
import org.todoku.backup.archive.Epoch;

/**
 * How the log is shipped.
 *
 * @param shipInterval at most one put in this time
 * @param onFenced told once, by the shipper's thread, when a higher epoch was found
 */
public record ShipSettings(Duration shipInterval, Consumer<Epoch> onFenced) {}
