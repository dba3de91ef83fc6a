package org.todoku.appliance.store;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * Brings the tables to the version of this program. Not for two processes at once on one database.
 */
public final class Schema {
    private Schema() {}

    /**
     * Applies what is missing; answers how many migrations that were. Refuses a database newer than
     * the program.
     */
    public static int migrate(Database database) {
        Flyway flyway =
                Flyway.configure()
                        .dataSource(database.pool())
                        .locations("classpath:db/migration")
                        .placeholders(database.dialect().types())
                        .ignoreMigrationPatterns(new String[0])
                        .load();
        try {
            flyway.validate();
        } catch (FlywayException e) {
            refuseNewer(flyway);
        }
        return flyway.migrate().migrationsExecuted;
    }

    private static void refuseNewer(Flyway flyway) {
        for (var applied : flyway.info().applied()) {
            if (applied.getState().isFailed() || !applied.getState().isResolved()) {
                throw new FaultException(
                        Fault.SCHEMA_TOO_NEW,
                        "open the database",
                        "its version " + applied.getVersion() + " is not known to this program",
                        "use a program at least as new as the one that wrote the data");
            }
        }
    }
}
