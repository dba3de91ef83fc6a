package org.todoku.migrate.dns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/** A name server that takes dynamic updates (RFC 2136), signed with TSIG (RFC 8945). */
public final class DynamicUpdate implements NameService {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HostAndPort server;
    private final String zone;
    private final Optional<Key> key;

    /** A TSIG key (hmac-sha256): its name, and the file with its secret in Base64. */
    public record Key(String name, Path file) {}

    public DynamicUpdate(HostAndPort server, String zone, Optional<Key> key) {
        this.server = server;
        this.zone = zone;
        this.key = key;
    }

    @Override
    public String text() {
        return "the name server " + server;
    }

    /** One message for all names of the zone: all are changed, or none. */
    @Override
    public void point(Destination to) {
        String what = "changing " + String.join(", ", to.names()) + " at " + server;
        try {
            Update update = new Update(absolute(zone));
            for (String text : to.names()) {
                Name name = absolute(text);
                update.delete(name, Type.A);
                update.delete(name, Type.AAAA);
                for (InetAddress address : to.addresses()) {
                    long ttl = to.ttl().toSeconds();
                    update.add(
                            address instanceof Inet4Address
                                    ? new ARecord(name, DClass.IN, ttl, address)
                                    : new AAAARecord(name, DClass.IN, ttl, address));
                }
            }
            SimpleResolver resolver =
                    new SimpleResolver(new InetSocketAddress(server.host(), server.port()));
            resolver.setTCP(true);
            resolver.setTimeout(TIMEOUT);
            if (key.isPresent()) {
                resolver.setTSIGKey(tsig(key.get()));
            }
            Message answer = resolver.send(update);
            if (answer.getRcode() != Rcode.NOERROR) {
                throw new NameException(
                        what,
                        "it answered " + Rcode.string(answer.getRcode()),
                        "may the key "
                                + key.map(Key::name).orElse("(none)")
                                + " update the zone "
                                + zone
                                + " there?");
            }
        } catch (IOException e) {
            throw new NameException(what, e, "can it be reached from here, by TCP?");
        }
    }

    private static TSIG tsig(Key key) throws IOException {
        String secret = Files.readString(key.file()).strip();
        try {
            return new TSIG(TSIG.HMAC_SHA256, key.name(), secret);
        } catch (IllegalArgumentException e) {
            throw new NameException(
                    "reading the TSIG secret " + key.file(),
                    "it is no Base64",
                    "put the secret alone into it, as tsig-keygen prints it in quotes");
        }
    }

    private static Name absolute(String name) throws IOException {
        return Name.fromString(name, Name.root);
    }
}
