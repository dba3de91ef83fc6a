package org.todoku.migrate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.ApplianceConfig.Dns;
import org.todoku.migrate.dns.Destination;
import org.todoku.migrate.dns.DynamicUpdate;
import org.todoku.migrate.dns.Hooks;
import org.todoku.migrate.dns.HostedZone;
import org.todoku.migrate.dns.Lookups;
import org.todoku.migrate.dns.NameException;
import org.todoku.migrate.dns.NameService;
import org.todoku.migrate.runbook.Estimate;
import org.todoku.migrate.runbook.Step;
import org.todoku.migrate.runbook.StepRun;

/**
 * The steps that bring people to the new host: names, a look from here whether they lead there, and
 * hooks. None of them keeps the service from being started: what cannot be done is said and left to
 * the operator.
 */
final class TrafficSteps {
    private final String runbook;
    private final List<InetAddress> addresses;
    private final Supplier<Optional<ApplianceConfig>> config;

    /**
     * Makes them.
     *
     * @param addresses of this host, as others reach it; empty when nobody said
     * @param config of the service, asked for when the steps are run
     */
    TrafficSteps(
            String runbook,
            List<InetAddress> addresses,
            Supplier<Optional<ApplianceConfig>> config) {
        this.runbook = runbook;
        this.addresses = List.copyOf(addresses);
        this.config = config;
    }

    static List<InetAddress> addresses(List<String> texts) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : texts) {
            try {
                addresses.add(Lookups.address(text));
            } catch (UnknownHostException e) {
                throw Refusal.usage("--address " + text + " is no address", "IPv4 or IPv6");
            }
        }
        return addresses;
    }

    List<Step> all() {
        Estimate some =
                addresses.isEmpty()
                        ? Estimate.MOMENT
                        : new Estimate(Duration.ofSeconds(2), "a few seconds");
        return List.of(
                Step.named("dns", "makes the names lead to this host")
                        .estimate(some)
                        .act(this::point),
                Step.named("look", "looks whether the names lead here")
                        .estimate(some)
                        .act(this::look),
                Step.named("hooks", "runs the operator's own hooks")
                        .estimate(some)
                        .act(this::hooks));
    }

    /** What the operator should know beforehand: how long the old address will be remembered. */
    List<String> advice() {
        List<String> lines = new ArrayList<>();
        Optional<Dns> dns = dns();
        if (dns.isEmpty()) {
            lines.add("no dns is configured: you will have to make the names lead here yourself");
            return lines;
        }
        if (addresses.isEmpty()) {
            lines.add("without --address the names are not changed");
        }
        for (String name : dns.get().names()) {
            try {
                Optional<Duration> ttl = lookups(dns.get()).ask(name).ttl();
                if (ttl.isPresent() && ttl.get().compareTo(dns.get().ttl()) > 0) {
                    lines.add(
                            "%s is remembered for up to %,d s: a TTL of %,d s, set a day before, would make people arrive sooner"
                                    .formatted(
                                            name,
                                            ttl.get().toSeconds(),
                                            dns.get().ttl().toSeconds()));
                }
            } catch (NameException e) {
                lines.add(String.valueOf(e.getMessage()));
            }
        }
        return lines;
    }

    private String point(StepRun run) {
        Optional<Dns> found = dns();
        if (found.isEmpty() || services(found.get()).isEmpty()) {
            return "no name service is configured: make the names lead to this host yourself";
        }
        if (addresses.isEmpty()) {
            return "NOT CHANGED, as no --address was given: make the names lead here yourself";
        }
        Dns dns = found.get();
        Destination to = new Destination(dns.names(), addresses, dns.ttl());
        List<String> done = new ArrayList<>();
        for (NameService service : services(dns)) {
            try {
                service.point(to);
                done.add(service.text());
            } catch (NameException e) {
                run.note("NOT CHANGED: " + e.getMessage());
            }
        }
        return done.isEmpty()
                ? "nothing was changed: make the names lead to this host yourself"
                : "%s lead here, says %s"
                        .formatted(String.join(", ", dns.names()), String.join(" and ", done));
    }

    private String look(StepRun run) {
        Optional<Dns> dns = dns();
        if (dns.isEmpty() || addresses.isEmpty() || dns.get().names().isEmpty()) {
            return "nothing to look at";
        }
        Destination to = new Destination(dns.get().names(), addresses, dns.get().ttl());
        List<String> elsewhere = new ArrayList<>();
        for (String name : to.names()) {
            try {
                Lookups.Answer answer = lookups(dns.get()).ask(name);
                if (!answer.addresses().equals(Set.copyOf(addressTexts()))) {
                    elsewhere.add(name + " → " + answer.addresses());
                }
            } catch (NameException e) {
                elsewhere.add(String.valueOf(e.getMessage()));
            }
        }
        elsewhere.forEach(line -> run.note("NOT YET: " + line));
        return elsewhere.isEmpty()
                ? "all names lead here; who asked before remembers the old place for its TTL"
                : "not all names lead here yet";
    }

    private String hooks(StepRun run) {
        Optional<Path> folder = dns().flatMap(Dns::hooks);
        if (folder.isEmpty()) {
            return "no hooks are configured";
        }
        int ran = 0;
        try {
            Hooks hooks = new Hooks(folder.get());
            for (Path hook : hooks.found()) {
                try {
                    hooks.run(hook, facts(run));
                    ran++;
                } catch (NameException e) {
                    run.note("FAILED: " + e.getMessage());
                }
            }
        } catch (NameException e) {
            run.note("FAILED: " + e.getMessage());
        }
        return ran + " hooks ran";
    }

    private Map<String, String> facts(StepRun run) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("RUNBOOK", runbook);
        facts.put("NAMES", String.join(" ", dns().map(Dns::names).orElse(List.of())));
        facts.put("ADDRESSES", String.join(" ", addressTexts()));
        facts.put("EPOCH", run.fact("epoch").orElse(""));
        facts.put("PUBLIC_URL", config.get().map(c -> c.http().publicUrl().toString()).orElse(""));
        return facts;
    }

    private List<String> addressTexts() {
        return addresses.stream().map(InetAddress::getHostAddress).toList();
    }

    private Optional<Dns> dns() {
        return config.get().map(ApplianceConfig::dns).filter(Dns::isConfigured);
    }

    private static Lookups lookups(Dns dns) {
        return dns.server().map(Lookups::at).orElseGet(Lookups::here);
    }

    private static List<NameService> services(Dns dns) {
        List<NameService> services = new ArrayList<>();
        dns.server()
                .ifPresent(
                        server ->
                                services.add(
                                        new DynamicUpdate(
                                                server,
                                                dns.zone().orElseThrow(),
                                                dns.keyName()
                                                        .map(
                                                                name ->
                                                                        new DynamicUpdate.Key(
                                                                                name,
                                                                                dns.keyFile()
                                                                                        .orElseThrow())))));
        dns.route53Zone()
                .ifPresent(zone -> services.add(new HostedZone(zone, dns.route53Endpoint())));
        return services;
    }
}
