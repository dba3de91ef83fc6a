package org.todoku.appliance.store;

import java.sql.SQLException;
import java.util.Set;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * Carries an SQLException through the features' code to {@link Database}, which alone judges it.
 */
final class SqlFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Derby 40001 deadlock, 40XL1 lock timeout, 40XL2; PostgreSQL 40001, 40P01, 55P03. */
    private static final Set<String> RETRYABLE =
            Set.of("40001", "40XL1", "40XL2", "40P01", "55P03");

    private final SQLException failure;

    private SqlFailure(SQLException failure) {
        super(failure);
        this.failure = failure;
    }

    /** The exception to throw for a failed statement. */
    static RuntimeException of(SQLException failure) {
        String state = String.valueOf(failure.getSQLState());
        if (state.equals("23505")) {
            return new DuplicateKeyException(failure);
        }
        return state.equals("22001") ? new UnfitValueException(failure) : new SqlFailure(failure);
    }

    boolean retryable() {
        return RETRYABLE.contains(state());
    }

    /** What the caller of a transaction sees: a fault when storage failed, a bug otherwise. */
    RuntimeException judged() {
        String state = state();
        boolean storage =
                state.startsWith("08") // connection
                        || state.startsWith("XJ") // Derby: database shut down or not booted
                        || state.startsWith("XSD") // Derby: page read and write
                        || state.startsWith("XSL") // Derby: log
                        || state.startsWith("XBM") // Derby: module boot
                        || state.startsWith("53") // PostgreSQL: resources
                        || state.startsWith("57"); // PostgreSQL: operator intervention
        if (storage || retryable()) {
            return new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "use the database",
                    failure.getMessage() + " (SQLSTATE " + state + ")",
                    retryable()
                            ? "other writers held the rows for too long; try again"
                            : "look at the database's log and at the disk",
                    failure);
        }
        return new IllegalStateException("SQL failed with SQLSTATE " + state, failure);
    }

    private String state() {
        String state = failure.getSQLState();
        return state == null ? "" : state;
    }
}
