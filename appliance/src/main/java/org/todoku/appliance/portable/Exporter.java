package org.todoku.appliance.portable;

import java.nio.file.Path;
import org.todoku.appliance.account.OrganisationId;

/** Makes exports while the server runs. Thread-safe. */
public interface Exporter {
    /**
     * Writes who takes it into the audit, then the file, which is the caller's to delete.
     *
     * @throws org.todoku.appliance.kernel.FaultException {@code OVERLOADED} while another is made,
     *     {@code STORAGE_UNAVAILABLE}
     */
    Path export(OrganisationId organisation, String actor);
}
