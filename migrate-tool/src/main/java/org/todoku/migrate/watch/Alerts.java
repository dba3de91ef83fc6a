package org.todoku.migrate.watch;

/** A way to tell people. */
@FunctionalInterface
public interface Alerts {
    /**
     * Tells, within a minute.
     *
     * @throws org.todoku.appliance.kernel.FaultException when it could not be told
     */
    void tell(Alert alert);
}
