package org.todoku.backup.archive;

import java.util.Optional;

/**
 * One writer's term, as {@code epoch/00000042.json} says it. Created once and never changed: the
 * highest number is the writer, all others are fenced.
 *
 * @param owner the node that writes under it
 * @param host the name of that node's host, for people
 * @param url where the service is reached under this epoch, for people
 * @param parent what came before; empty for the first epoch
 * @param claimed RFC 3339, UTC; for people, never compared
 */
public record Epoch(
        long number,
        String owner,
        String host,
        String url,
        Optional<ForkPoint> parent,
        String claimed,
        String version) {}
