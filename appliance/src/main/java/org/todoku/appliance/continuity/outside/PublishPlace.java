package org.todoku.appliance.continuity.outside;

import java.util.Optional;

/** Where the status page lies: any place that outlives the server. */
public interface PublishPlace extends AutoCloseable {
    /**
     * Puts a file there, or replaces it. Comes back within half a minute.
     *
     * @param name such as {@code heartbeat.json}
     * @throws org.todoku.appliance.kernel.FaultException {@code PUBLISH_FAILED}
     */
    void put(String name, byte[] content);

    /**
     * A file as it lies there, if this place can be read.
     *
     * @throws org.todoku.appliance.kernel.FaultException {@code PUBLISH_FAILED}
     */
    Optional<byte[]> get(String name);

    @Override
    void close();
}
