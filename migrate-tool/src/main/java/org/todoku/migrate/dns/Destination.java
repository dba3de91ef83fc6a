package org.todoku.migrate.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Where names are to lead. */
public record Destination(List<String> names, List<InetAddress> addresses, Duration ttl) {
    public Destination {
        names = List.copyOf(names);
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("no address");
        }
    }

    /** The addresses as resolvers write them. */
    Set<String> texts() {
        return addresses.stream().map(InetAddress::getHostAddress).collect(Collectors.toSet());
    }
}
