package org.todoku.migrate;

import java.util.ArrayList;
import java.util.List;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.migrate.dns.Lookups;
import picocli.CommandLine.Option;

/** Whom a look from outside asks. */
final class OutsideOptions {
    private static final int PORT = 53;

    @Option(
            names = "--resolver",
            paramLabel = "IP[:PORT]",
            description =
                    "asked where people come to, afterwards; several: a well-known one, your"
                            + " members' own. Default: this machine's")
    private List<String> resolvers = new ArrayList<>();

    /** Whether somebody named one. */
    boolean areNamed() {
        return !resolvers.isEmpty();
    }

    /** Those named; else the one of this machine. */
    List<Lookups> resolvers() {
        return resolvers.isEmpty()
                ? List.of(Lookups.here())
                : resolvers.stream().map(OutsideOptions::resolver).toList();
    }

    private static Lookups resolver(String text) {
        int colon = text.lastIndexOf(':');
        boolean port = colon > 0 && (text.indexOf(':') == colon || text.startsWith("["));
        String host = (port ? text.substring(0, colon) : text).replaceAll("[\\[\\]]", "");
        try {
            String number = port ? text.substring(colon + 1) : String.valueOf(PORT);
            String address = Lookups.address(host).getHostAddress();
            return Lookups.at(new ApplianceConfig.HostAndPort(address, Integer.parseInt(number)));
        } catch (java.net.UnknownHostException | IllegalArgumentException e) {
            throw Refusal.usage(
                    "--resolver " + text + " is no address",
                    "an IP address, with a port if it is not 53: 192.0.2.53:5353");
        }
    }
}
