package org.todoku.appliance.delivery;

import java.util.LinkedHashMap;
import java.util.Map;

/** The connections that one sender keeps open, a few at most. Not thread-safe. */
final class Connections {
    private static final int MOST = 4;

    private final String helo;
    private final AddressForms forms;
    private final Map<Relay, RelayConnection> open = new LinkedHashMap<>(16, 0.75f, true);

    Connections(String helo, AddressForms forms) {
        this.helo = helo;
        this.forms = forms;
    }

    /** The one to a server; the one that was used least lately may be closed for it. */
    RelayConnection to(Relay relay) {
        RelayConnection known = open.get(relay);
        if (known != null) {
            return known;
        }
        if (open.size() >= MOST) {
            Map.Entry<Relay, RelayConnection> eldest = open.entrySet().iterator().next();
            eldest.getValue().close();
            open.remove(eldest.getKey());
        }
        RelayConnection fresh = RelayConnection.remembering(relay, helo, forms);
        open.put(relay, fresh);
        return fresh;
    }

    void close() {
        open.values().forEach(RelayConnection::close);
    }
}
