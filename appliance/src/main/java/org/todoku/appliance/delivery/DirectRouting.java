package org.todoku.appliance.delivery;

import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.delivery.direct.Exchanges;

/**
 * Each mail goes straight to the servers of its domain. A server that does not answer puts its own
 * lane's mails off and nobody else's.
 */
final class DirectRouting implements Routing {
    private static final int SENDERS = 20;

    /** docomo and others close further connections of one client. */
    private static final int EACH = 4;

    /** How many servers are remembered with their state. */
    private static final int MOST = 500;

    private final Exchanges exchanges;
    private final InstantSource clock;
    private final int port;
    private final Map<Relay, Route> routes =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Relay, Route> eldest) {
                    return size() > MOST;
                }
            };

    /**
     * @param port 25 but in tests
     */
    DirectRouting(Exchanges exchanges, InstantSource clock, int port) {
        this.exchanges = exchanges;
        this.clock = clock;
        this.port = port;
    }

    @Override
    public Choice choose(Parcel parcel, int sender) throws InterruptedException {
        String domain = parcel.to().domain();
        return switch (exchanges.to(domain)) {
            case Exchanges.To to -> through(to);
            case Exchanges.Never never ->
                    new Settled(new SendResult.Permanent("connect", never.why()), domain);
            case Exchanges.NotNow later ->
                    new Settled(new SendResult.Temporary("connect", later.why()), domain);
        };
    }

    private Choice through(Exchanges.To to) {
        List<Route> all =
                to.hosts().stream()
                        .map(
                                host ->
                                        route(
                                                host,
                                                to.verified()
                                                        ? Relay.Tls.REQUIRED
                                                        : Relay.Tls.OPPORTUNISTIC))
                        .toList();
        return new Through(all);
    }

    private synchronized Route route(String host, Relay.Tls tls) {
        Relay relay = new Relay(host, port, tls, Optional.empty(), 0, EACH);
        return routes.computeIfAbsent(relay, r -> new Route(r, clock));
    }

    /** Other destinations go on, so this one has to wait for its turn. */
    @Override
    public SendResult exhausted(SendResult.Unsent last) {
        return new SendResult.Temporary("connect", last.response());
    }

    @Override
    public boolean usable() {
        return true;
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }

    @Override
    public int senders() {
        return SENDERS;
    }

    @Override
    public int connectionsEach() {
        return EACH;
    }
}
