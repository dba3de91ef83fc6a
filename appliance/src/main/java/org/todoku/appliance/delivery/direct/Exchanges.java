package org.todoku.appliance.delivery.direct;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.names.LookupFailedException;
import org.todoku.appliance.names.Names;

/** The mail servers of a domain by RFC 5321 section 5.1. Thread-safe. */
public final class Exchanges {
    /** More are not worth the time. */
    private static final int MOST = 5;

    private final Names names;
    private final StsPolicies policies;

    public Exchanges(Names names, StsPolicies policies) {
        this.names = names;
        this.policies = policies;
    }

    /** What was found. */
    public sealed interface Way {}

    /**
     * Servers to try in this order.
     *
     * @param verified whether only TLS with a good certificate will do
     */
    public record To(List<String> hosts, boolean verified) implements Way {
        public To {
            hosts = List.copyOf(hosts);
        }
    }

    /** It takes no mail, for good. */
    public record Never(String why) implements Way {}

    /** It cannot be said now. */
    public record NotNow(String why) implements Way {}

    public Way to(String domain) throws InterruptedException {
        try {
            List<Names.Exchange> found = names.exchanges(domain);
            if (found.stream().anyMatch(Names.Exchange::isNull)) {
                return new Never(domain + " says that it takes no mail (RFC 7505)");
            }
            List<String> hosts = found.stream().map(Names.Exchange::host).limit(MOST).toList();
            if (hosts.isEmpty()) {
                if (names.addresses(domain).isEmpty()) {
                    return new Never("there is no mail server for " + domain);
                }
                hosts = List.of(domain);
            }
            Optional<StsPolicy> policy =
                    policies.of(domain).filter(p -> p.mode() == StsPolicy.Mode.ENFORCE);
            if (policy.isEmpty()) {
                return new To(hosts, false);
            }
            List<String> named = new ArrayList<>(hosts);
            named.removeIf(host -> !policy.get().names(host));
            return named.isEmpty()
                    ? new NotNow("the MTA-STS policy of " + domain + " names none of its servers")
                    : new To(named, true);
        } catch (LookupFailedException e) {
            return new NotNow(String.valueOf(e.getMessage()));
        }
    }
}
