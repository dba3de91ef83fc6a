package org.todoku.appliance.names;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * Asks a resolver, and remembers its answers as long as these say. Thread-safe.
 *
 * <p>Every method throws {@link LookupFailedException} when there is no answer within a few
 * seconds; an empty list means that the name, or this kind of record, is not there.
 */
public final class Names {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final Resolver resolver;
    private final Optional<Cache> cache;

    private Names(Resolver resolver, Optional<Cache> cache) {
        this.resolver = resolver;
        this.cache = cache;
        resolver.setTimeout(TIMEOUT);
    }

    /**
     * One resolver of the operator's choice.
     *
     * @param server empty for those of this machine
     */
    public static Names at(Optional<InetSocketAddress> server) {
        Resolver resolver =
                server.<Resolver>map(SimpleResolver::new).orElseGet(ExtendedResolver::new);
        return new Names(resolver, Optional.of(new Cache(DClass.IN)));
    }

    /** The same without memory: for a check that is made because something was changed. */
    public Names fresh() {
        return new Names(resolver, Optional.empty());
    }

    /** A mail server of a domain; the lowest preference is tried first. */
    public record Exchange(int preference, String host) {
        /** The domain says that it takes no mail at all (RFC 7505). */
        public boolean isNull() {
            return host.isEmpty();
        }
    }

    /** The mail servers, those to be tried first before the others. */
    public List<Exchange> exchanges(String domain) {
        return records(domain, Type.MX).stream()
                .map(MXRecord.class::cast)
                .map(mx -> new Exchange(mx.getPriority(), host(mx.getTarget().toString())))
                .sorted(Comparator.comparingInt(Exchange::preference))
                .toList();
    }

    /** The texts, each with its parts joined. */
    public List<String> texts(String name) {
        return records(name, Type.TXT).stream()
                .map(TXTRecord.class::cast)
                .map(text -> String.join("", text.getStrings()))
                .toList();
    }

    /** The addresses of a host, version 4 first. */
    public List<InetAddress> addresses(String host) {
        List<InetAddress> found = new ArrayList<>();
        for (Record record : records(host, Type.A)) {
            found.add(((ARecord) record).getAddress());
        }
        for (Record record : records(host, Type.AAAA)) {
            found.add(((AAAARecord) record).getAddress());
        }
        return found;
    }

    /** The names of an address. */
    public List<String> pointers(InetAddress address) {
        return records(ReverseMap.fromAddress(address).toString(), Type.PTR).stream()
                .map(PTRRecord.class::cast)
                .map(pointer -> host(pointer.getTarget().toString()))
                .toList();
    }

    private List<Record> records(String name, int type) {
        Lookup lookup;
        try {
            lookup = new Lookup(name.endsWith(".") ? name : name + ".", type);
        } catch (TextParseException e) {
            return List.of(); // No such name can be there.
        }
        lookup.setResolver(resolver);
        lookup.setCache(cache.orElseGet(() -> new Cache(DClass.IN)));
        Record[] found = lookup.run();
        if (lookup.getResult() == Lookup.TRY_AGAIN || lookup.getResult() == Lookup.UNRECOVERABLE) {
            throw new LookupFailedException(name, Type.string(type), lookup.getErrorString());
        }
        return found == null ? List.of() : Arrays.asList(found);
    }

    private static String host(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }
}
