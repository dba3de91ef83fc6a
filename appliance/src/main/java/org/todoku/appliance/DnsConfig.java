package org.todoku.appliance;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.todoku.appliance.ApplianceConfig.Dns;
import org.todoku.appliance.ApplianceConfig.HostAndPort;

/** Reads the section {@code dns}. */
final class DnsConfig {
    private static final String NAME = "[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9])?";

    private DnsConfig() {}

    static Dns read(ConfigSection section) {
        List<String> names = names(section);
        Optional<HostAndPort> server = section.hostAndPort("server");
        Optional<String> zone = section.text("zone");
        Optional<String> keyName = section.text("key-name");
        Optional<Path> keyFile = section.path("key-file");
        Optional<String> route53 = section.text("route53-zone");
        Optional<URI> endpoint =
                section.uri(
                        "route53-endpoint",
                        "an address like https://route53.amazonaws.com",
                        Set.of("http", "https"));
        Dns dns =
                new Dns(
                        names,
                        section.duration("ttl", Duration.ofMinutes(1)),
                        server,
                        zone,
                        keyName,
                        keyFile,
                        route53,
                        endpoint,
                        section.path("hooks"));
        section.done();
        if (server.isPresent() && zone.isEmpty()) {
            throw section.wrong("zone", "the zone that the server keeps, like example.jp");
        }
        if (keyName.isPresent() != keyFile.isPresent()) {
            throw section.wrong(
                    keyName.isPresent() ? "key-file" : "key-name",
                    "name and secret of a TSIG key, since the other of the pair is set");
        }
        if ((server.isPresent() || route53.isPresent()) && names.isEmpty()) {
            throw section.wrong("names", "the names to change, like renraku.example.jp");
        }
        return dns;
    }

    private static List<String> names(ConfigSection section) {
        List<String> names = new ArrayList<>();
        for (String name : section.text("names", "").split("[\\s,]+", -1)) {
            if (!name.isEmpty()) {
                if (!name.matches(NAME)) {
                    throw section.wrong("names", "host names, with commas between them");
                }
                names.add(name);
            }
        }
        return names;
    }
}
