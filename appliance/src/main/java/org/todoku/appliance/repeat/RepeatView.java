package org.todoku.appliance.repeat;

import java.time.Instant;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.WhenLate;

/**
 * A message that is repeated.
 *
 * @param message the first, of which the others are copies
 * @param rule as in {@link org.todoku.appliance.message.Recurrence}
 * @param whenLate what becomes of a time that is missed
 */
public record RepeatView(
        MessageId message, String subject, String rule, Instant next, WhenLate whenLate) {}
