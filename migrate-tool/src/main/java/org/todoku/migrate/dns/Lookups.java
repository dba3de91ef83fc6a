package org.todoku.migrate.dns;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** What a name leads to now, asked without any memory of our own. */
public final class Lookups {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Resolver resolver;
    private final String whom;

    private Lookups(Resolver resolver, String whom) {
        this.resolver = resolver;
        this.whom = whom;
        resolver.setTimeout(TIMEOUT);
    }

    /** Asks one server. */
    public static Lookups at(HostAndPort server) {
        SimpleResolver resolver =
                new SimpleResolver(new InetSocketAddress(server.host(), server.port()));
        return new Lookups(resolver, server.toString());
    }

    /** Whom this asks. */
    public String whom() {
        return whom;
    }

    /** Asks whom this machine asks. */
    public static Lookups here() {
        return new Lookups(new ExtendedResolver(), "this machine's resolver");
    }

    /**
     * An answer.
     *
     * @param ttl the longest; empty when there is no address
     */
    public record Answer(Set<String> addresses, Optional<Duration> ttl) {}

    public Answer ask(String name) {
        Set<String> addresses = new TreeSet<>();
        long ttl = -1;
        for (int type : new int[] {Type.A, Type.AAAA}) {
            for (Record record : records(name, type)) {
                ttl = Math.max(ttl, record.getTTL());
                if (record instanceof ARecord a) {
                    addresses.add(a.getAddress().getHostAddress());
                } else if (record instanceof AAAARecord a) {
                    addresses.add(a.getAddress().getHostAddress());
                }
            }
        }
        return new Answer(
                addresses, ttl < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(ttl)));
    }

    private Record[] records(String name, int type) {
        try {
            Lookup lookup = new Lookup(name + ".", type);
            lookup.setResolver(resolver);
            lookup.setCache(new Cache());
            Record[] found = lookup.run();
            if (lookup.getResult() == Lookup.TRY_AGAIN
                    || lookup.getResult() == Lookup.UNRECOVERABLE) {
                throw new NameException(
                        "asking " + whom + " for " + name,
                        lookup.getErrorString(),
                        "can it be reached from here?");
            }
            return found == null ? new Record[0] : found;
        } catch (TextParseException e) {
            throw new NameException("asking for " + name, e, "correct dns.names");
        }
    }

    /** An address as it was given. */
    public static java.net.InetAddress address(String text) throws UnknownHostException {
        return org.xbill.DNS.Address.getByAddress(text);
    }
}
