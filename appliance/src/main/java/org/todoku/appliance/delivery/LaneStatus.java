package org.todoku.appliance.delivery;

import java.time.Duration;

/**
 * One destination at this moment.
 *
 * @param waiting claimed mails that no connection has taken yet
 * @param sending on connections now
 * @param rest how long nothing is sent there, because it put mails off again and again
 * @param problem what it said last when it put one off; empty when it takes mails
 */
public record LaneStatus(String name, int waiting, int sending, Duration rest, String problem) {}
