package org.todoku.appliance.mailcheck;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.james.jspf.impl.SPF;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.mailcheck.Finding.Kind;
import org.todoku.appliance.mailcheck.Finding.State;
import org.todoku.appliance.names.LookupFailedException;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.names.SpfNames;

/**
 * Looks up what receivers will look up: MX, SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489) and
 * the name of the sending address. Gmail refuses bulk mail without them since February 2024, docomo
 * and others mark it. Thread-safe.
 */
public final class MailCheck {
    /** A page waits for this. */
    private static final long PATIENCE_SECONDS = 20;

    private final Names names;
    private final Setting setting;

    /**
     * What there is to compare with.
     *
     * @param domain of our addresses
     * @param keys that our mails are signed with
     * @param host the name of this machine, from its public address
     * @param receives whether this machine takes mail in
     * @param senders hosts that hand our mail to receivers; empty when this one does it itself, or
     *     a relay beside it
     */
    public record Setting(
            String domain,
            List<DkimKey> keys,
            String host,
            boolean receives,
            List<String> senders) {
        public Setting {
            keys = List.copyOf(keys);
            senders = List.copyOf(senders);
        }

        private boolean sendsItself() {
            return senders.isEmpty();
        }

        private List<String> sending() {
            return senders.isEmpty() ? List.of(host) : senders;
        }
    }

    public MailCheck(Names names, Setting setting) {
        this.names = names.fresh();
        this.setting = setting;
    }

    /** All of it, side by side; takes a few seconds where a server does not answer. */
    public List<Finding> run() {
        List<Check> checks = new ArrayList<>();
        checks.add(new Check(Kind.MX, () -> List.of(mx())));
        checks.add(new Check(Kind.SPF, () -> List.of(spf())));
        setting.keys.forEach(key -> checks.add(new Check(Kind.DKIM, () -> List.of(dkim(key)))));
        if (setting.keys.isEmpty()) {
            checks.add(new Check(Kind.DKIM, () -> List.of(noKey())));
        }
        checks.add(new Check(Kind.DMARC, () -> List.of(dmarc())));
        if (setting.sendsItself()) {
            checks.add(new Check(Kind.PTR, this::pointers));
        }
        Executor threads = Thread.ofVirtual().name("mail-check")::start;
        List<CompletableFuture<List<Finding>>> running =
                checks.stream().map(check -> start(check, threads)).toList();
        return running.stream().flatMap(one -> one.join().stream()).toList();
    }

    private record Check(Kind kind, Supplier<List<Finding>> look) {}

    private CompletableFuture<List<Finding>> start(Check check, Executor threads) {
        String why = "no answer within " + PATIENCE_SECONDS + " s";
        Finding none = new Finding(check.kind, State.UNKNOWN, setting.domain, List.of(), "", why);
        return CompletableFuture.supplyAsync(check.look, threads)
                .completeOnTimeout(List.of(none), PATIENCE_SECONDS, SECONDS);
    }

    private Finding noKey() {
        return new Finding(
                Kind.DKIM,
                State.MISSING,
                "_domainkey." + setting.domain,
                List.of(),
                "",
                "todoku dkim-key");
    }

    private Finding mx() {
        String wanted = setting.receives ? "10 " + setting.host + "." : "";
        return looked(
                Kind.MX,
                setting.domain,
                wanted,
                () -> {
                    List<Names.Exchange> all = names.exchanges(setting.domain);
                    List<String> found =
                            all.stream().map(mx -> mx.preference() + " " + mx.host()).toList();
                    if (all.isEmpty()) {
                        return new Looked(setting.receives ? State.MISSING : State.GOOD, found, "");
                    }
                    for (Names.Exchange mx : all) {
                        if (mx.isNull() || names.addresses(mx.host()).isEmpty()) {
                            return new Looked(State.WRONG, found, mx.host() + ": no address");
                        }
                    }
                    return new Looked(State.GOOD, found, "");
                });
    }

    private Finding spf() {
        return looked(
                Kind.SPF,
                setting.domain,
                "v=spf1 mx ~all",
                () -> {
                    List<InetAddress> from = sendingAddresses();
                    List<String> records =
                            names.texts(setting.domain).stream()
                                    .filter(t -> t.toLowerCase(Locale.ROOT).startsWith("v=spf1"))
                                    .toList();
                    String wanted =
                            "v=spf1 "
                                    + Stream.concat(
                                                    from.stream().map(MailCheck::mechanism),
                                                    others(records).stream())
                                            .distinct()
                                            .collect(Collectors.joining(" "))
                                    + " ~all";
                    if (records.isEmpty()) {
                        return new Looked(State.MISSING, records, "", wanted);
                    }
                    if (from.isEmpty()) {
                        return new Looked(
                                State.UNKNOWN, records, setting.sending() + ": no address");
                    }
                    SPF spf = new SPF(new SpfNames(names));
                    for (InetAddress address : from) {
                        String ip = address.getHostAddress();
                        String result =
                                spf.checkSPF(ip, "test@" + setting.domain, setting.domain)
                                        .getResult();
                        if (!result.equals("pass")) {
                            // A part of it, of someone else's, may just not have answered.
                            State state = result.equals("temperror") ? State.UNKNOWN : State.WRONG;
                            return new Looked(state, records, ip + ": " + result, wanted);
                        }
                    }
                    return new Looked(State.GOOD, records, "");
                });
    }

    /** What a present record allows besides, so that the advice breaks nothing. */
    private static List<String> others(List<String> records) {
        return records.stream()
                .limit(1)
                .flatMap(record -> Stream.of(record.split("\\s+")).skip(1))
                .filter(part -> !part.matches("(?i)[-~?+]?all"))
                .toList();
    }

    private static String mechanism(InetAddress address) {
        String prefix = address instanceof Inet6Address ? "ip6:" : "ip4:";
        return prefix + address.getHostAddress();
    }

    private Finding dkim(DkimKey key) {
        String name = key.selector() + "._domainkey." + setting.domain;
        String wanted = key.record();
        return looked(
                Kind.DKIM,
                name,
                wanted,
                () -> {
                    List<String> found = names.texts(name);
                    if (found.isEmpty()) {
                        return new Looked(State.MISSING, found, "");
                    }
                    boolean same =
                            found.size() == 1
                                    && publicKey(found.getFirst()).equals(publicKey(wanted));
                    return new Looked(
                            same ? State.GOOD : State.WRONG,
                            found,
                            found.size() > 1 ? found.size() + " records" : "");
                });
    }

    private static String publicKey(String record) {
        for (String tag : record.split(";")) {
            String plain = tag.replaceAll("\\s", "");
            if (plain.startsWith("p=")) {
                return plain;
            }
        }
        return "";
    }

    private Finding dmarc() {
        String name = "_dmarc." + setting.domain;
        return looked(
                Kind.DMARC,
                name,
                "v=DMARC1; p=none; rua=mailto:postmaster@" + setting.domain,
                () -> {
                    List<String> found =
                            names.texts(name).stream()
                                    .filter(text -> text.startsWith("v=DMARC1"))
                                    .toList();
                    if (found.isEmpty()) {
                        return new Looked(State.MISSING, found, "");
                    }
                    boolean good =
                            found.size() == 1
                                    && found.getFirst()
                                            .replaceAll("\\s", "")
                                            .matches("v=DMARC1;(.*;)?p=(none|quarantine|reject).*");
                    return new Looked(good ? State.GOOD : State.WRONG, found, "");
                });
    }

    private List<Finding> pointers() {
        List<InetAddress> addresses;
        try {
            addresses = sendingAddresses();
        } catch (LookupFailedException e) {
            return List.of(unknown(Kind.PTR, setting.host, setting.host + ".", e));
        }
        return addresses.stream().map(this::pointer).toList();
    }

    private Finding pointer(InetAddress address) {
        return looked(
                Kind.PTR,
                address.getHostAddress(),
                setting.host + ".",
                () -> {
                    List<String> found = names.pointers(address);
                    if (found.isEmpty()) {
                        return new Looked(State.MISSING, found, "");
                    }
                    boolean back = names.addresses(found.getFirst()).contains(address);
                    return new Looked(
                            back ? State.GOOD : State.WRONG,
                            found,
                            back ? "" : found.getFirst() + " does not lead back");
                });
    }

    private List<InetAddress> sendingAddresses() {
        return setting.sending().stream()
                .flatMap(host -> names.addresses(host).stream())
                .filter(address -> !address.isLoopbackAddress() && !address.isSiteLocalAddress())
                .toList();
    }

    private record Looked(State state, List<String> found, String detail, String wanted) {
        Looked(State state, List<String> found, String detail) {
            this(state, found, detail, "");
        }
    }

    private static Finding looked(Kind kind, String name, String wanted, Supplier<Looked> look) {
        try {
            Looked looked = look.get();
            return new Finding(
                    kind,
                    looked.state,
                    name,
                    looked.found,
                    looked.wanted.isEmpty() ? wanted : looked.wanted,
                    looked.detail);
        } catch (LookupFailedException e) {
            return unknown(kind, name, wanted, e);
        }
    }

    private static Finding unknown(
            Kind kind, String name, String wanted, LookupFailedException why) {
        return new Finding(
                kind, State.UNKNOWN, name, List.of(), wanted, String.valueOf(why.getMessage()));
    }
}
