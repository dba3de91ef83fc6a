package org.todoku.backup.archive;

/**
 * A message to people that was sent from the archive, while there was no server.
 *
 * @param id 13 digits, by the moment it was begun, and a random part
 * @param at RFC 3339, UTC
 * @param by the host that sent it, for people
 * @param to {@code members} or {@code administrators}
 * @param text plain text
 */
public record Notice(String id, String at, String by, String to, String subject, String text) {}
