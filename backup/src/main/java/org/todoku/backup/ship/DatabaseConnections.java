package org.todoku.backup.ship;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens connections to the database that is backed up; the caller closes them. */
@FunctionalInterface
public interface DatabaseConnections {
    Connection open() throws SQLException;
}
