package org.todoku.backup.restore;

import java.util.Optional;
import org.todoku.backup.volume.LogPosition;

/**
 * Where a stream from the writer itself goes on.
 *
 * @param standby the owner of the standby's directory
 * @param epoch whose writer it must be
 * @param from where the standby's log ends
 * @param kept where it keeps what it has of another line
 */
public record StreamStart(String standby, long epoch, LogPosition from, Optional<String> kept) {}
