package org.todoku.migrate.dns;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.Route53ClientBuilder;
import software.amazon.awssdk.services.route53.model.Change;
import software.amazon.awssdk.services.route53.model.ChangeAction;
import software.amazon.awssdk.services.route53.model.ChangeInfo;
import software.amazon.awssdk.services.route53.model.ChangeStatus;
import software.amazon.awssdk.services.route53.model.RRType;
import software.amazon.awssdk.services.route53.model.ResourceRecord;
import software.amazon.awssdk.services.route53.model.ResourceRecordSet;

/** A hosted zone of Route 53; credentials as the AWS SDK finds them. */
public final class HostedZone implements NameService {
    private static final Duration IN_SYNC = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration CALL = Duration.ofSeconds(20);

    private final String zone;
    private final Optional<URI> endpoint;

    public HostedZone(String zone, Optional<URI> endpoint) {
        this.zone = zone;
        this.endpoint = endpoint;
    }

    @Override
    public String text() {
        return "the hosted zone " + zone;
    }

    /** One batch for all names; waits until all of its servers have it, a minute at most. */
    @Override
    public void point(Destination to) {
        try (Route53Client client = client()) {
            List<Change> changes = new ArrayList<>();
            for (String name : to.names()) {
                add(client, changes, name, to, RRType.A);
                add(client, changes, name, to, RRType.AAAA);
            }
            ChangeInfo info =
                    client.changeResourceRecordSets(
                                    request ->
                                            request.hostedZoneId(zone)
                                                    .changeBatch(batch -> batch.changes(changes)))
                            .changeInfo();
            long deadline = System.nanoTime() + IN_SYNC.toNanos();
            while (info.status() != ChangeStatus.INSYNC && System.nanoTime() < deadline) {
                LockSupport.parkNanos(PAUSE.toNanos());
                String id = info.id();
                info = client.getChange(request -> request.id(id)).changeInfo();
            }
        } catch (SdkException e) {
            throw new NameException(
                    "changing " + String.join(", ", to.names()) + " in the hosted zone " + zone,
                    e,
                    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; may they change this zone?");
        }
    }

    /** What leads elsewhere by the other kind of address must go, or half of all come there. */
    private void add(
            Route53Client client, List<Change> changes, String name, Destination to, RRType type) {
        List<ResourceRecord> records =
                to.addresses().stream()
                        .filter(address -> type(address) == type)
                        .map(a -> ResourceRecord.builder().value(a.getHostAddress()).build())
                        .toList();
        if (records.isEmpty()) {
            client
                    .listResourceRecordSets(
                            request ->
                                    request.hostedZoneId(zone)
                                            .startRecordName(name)
                                            .startRecordType(type)
                                            .maxItems("1"))
                    .resourceRecordSets()
                    .stream()
                    .filter(set -> set.type() == type && isNamed(set, name))
                    .map(set -> change(ChangeAction.DELETE, set))
                    .forEach(changes::add);
            return;
        }
        ResourceRecordSet wanted =
                ResourceRecordSet.builder()
                        .name(name)
                        .type(type)
                        .ttl(to.ttl().toSeconds())
                        .resourceRecords(records)
                        .build();
        changes.add(change(ChangeAction.UPSERT, wanted));
    }

    private static Change change(ChangeAction action, ResourceRecordSet set) {
        return Change.builder().action(action).resourceRecordSet(set).build();
    }

    private static boolean isNamed(ResourceRecordSet set, String name) {
        return set.name().equalsIgnoreCase(name) || set.name().equalsIgnoreCase(name + ".");
    }

    private static RRType type(InetAddress address) {
        return address instanceof Inet4Address ? RRType.A : RRType.AAAA;
    }

    private Route53Client client() {
        Route53ClientBuilder builder =
                Route53Client.builder()
                        .region(Region.AWS_GLOBAL)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .overrideConfiguration(c -> c.apiCallTimeout(CALL));
        endpoint.ifPresent(builder::endpointOverride);
        return builder.build();
    }
}
