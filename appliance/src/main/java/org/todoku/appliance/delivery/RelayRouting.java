package org.todoku.appliance.delivery;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Everything goes through the relays of the configuration, in their order. */
final class RelayRouting implements Routing {
    private final List<Route> routes;

    RelayRouting(List<Relay> relays, InstantSource clock) {
        this.routes = relays.stream().map(relay -> new Route(relay, clock)).toList();
    }

    /** A relay with fewer connections than another is used by the first senders only. */
    @Override
    public Choice choose(Parcel parcel, int sender) {
        return new Through(routes.stream().filter(r -> sender < r.relay().connections()).toList());
    }

    /** Certainly not sent; the relays rest, and then it goes on by itself. */
    @Override
    public SendResult exhausted(SendResult.Unsent last) {
        return last;
    }

    @Override
    public boolean usable() {
        return routes.stream().anyMatch(Route::usable);
    }

    @Override
    public Optional<String> problem() {
        return usable()
                ? Optional.empty()
                : routes.stream().flatMap(r -> r.problem().stream()).findFirst();
    }

    @Override
    public int senders() {
        return routes.stream().mapToInt(r -> r.relay().connections()).max().orElse(0);
    }

    @Override
    public int connectionsEach() {
        return senders();
    }
}
