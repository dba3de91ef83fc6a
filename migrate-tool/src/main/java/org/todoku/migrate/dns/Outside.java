package org.todoku.migrate.dns;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What people elsewhere come to: each name as each of several resolvers tells it, from their memory
 * if they have one, and who answers at every address that they tell.
 */
public final class Outside {
    private final List<Lookups> resolvers;
    private final URI service;

    /**
     * Looks through these.
     *
     * @param service its public address: scheme and port are taken from it
     */
    public Outside(List<Lookups> resolvers, URI service) {
        this.resolvers = List.copyOf(resolvers);
        this.service = service;
    }

    /**
     * One name at one resolver.
     *
     * @param addresses what it tells; empty when nothing
     * @param lasts so long it will go on to tell this
     * @param epochs of who answered there; {@code -1} for somebody who names none
     * @param trouble why something was not seen; empty when all was
     */
    public record Seen(
            String name,
            String resolver,
            Set<String> addresses,
            Optional<Duration> lasts,
            Set<Long> epochs,
            String trouble) {
        public Seen {
            addresses = Set.copyOf(addresses);
            epochs = Set.copyOf(epochs);
        }

        /** Who comes by this way comes to the writer of this epoch, and to nobody else. */
        public boolean leadsTo(long epoch) {
            return trouble.isEmpty() && epochs.equals(Set.of(epoch));
        }

        /** One line for people. */
        public String text(long epoch) {
            String way = name + " at " + resolver;
            String until = lasts.map(d -> ", for up to " + d.toSeconds() + " s").orElse("");
            if (leadsTo(epoch)) {
                return "%s → %s: the service is there (epoch %d)".formatted(way, addresses, epoch);
            }
            if (!trouble.isEmpty()) {
                return "%s → %s%s: %s".formatted(way, addresses, until, trouble);
            }
            return "%s → %s%s: there answers epoch %s, not %d"
                    .formatted(way, addresses, until, epochs, epoch);
        }
    }

    /** Asks all resolvers for all names, and all addresses that they tell; 10 s each at most. */
    public List<Seen> look(List<String> names) {
        List<Seen> seen = new ArrayList<>();
        for (String name : names) {
            resolvers.forEach(resolver -> seen.add(look(name, resolver)));
        }
        return seen;
    }

    private Seen look(String name, Lookups resolver) {
        Lookups.Answer answer;
        try {
            answer = resolver.ask(name);
        } catch (NameException e) {
            String why = String.valueOf(e.getMessage());
            return new Seen(name, resolver.whom(), Set.of(), Optional.empty(), Set.of(), why);
        }
        List<String> troubles = new ArrayList<>();
        Set<Long> epochs = new java.util.TreeSet<>();
        for (String address : answer.addresses()) {
            try {
                epochs.add(HealthLook.epoch(service, name, Lookups.address(address)).orElse(-1L));
            } catch (UnknownHostException e) {
                throw new IllegalStateException("written by ourselves: " + address, e);
            } catch (IOException e) {
                troubles.add("nobody answers at " + address + ": " + e.getMessage());
            }
        }
        if (answer.addresses().isEmpty()) {
            troubles.add("it knows no address");
        }
        return new Seen(
                name,
                resolver.whom(),
                answer.addresses(),
                answer.ttl(),
                epochs,
                String.join("; ", troubles));
    }
}
