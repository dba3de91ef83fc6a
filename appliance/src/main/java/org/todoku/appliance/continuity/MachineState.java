package org.todoku.appliance.continuity;

/**
 * What the incident report wants to know of one moment; each part is a word that changes seldom.
 *
 * @param storage {@code normal}, {@code slow}, {@code stalled}, {@code isolated}
 * @param writes {@code accepted} or {@code refused}
 * @param archive {@code none}, {@code written} or {@code troubled}
 * @param detail one line, of whatever is in trouble; may be empty
 */
public record MachineState(String storage, String writes, String archive, String detail) {}
