package org.todoku.appliance.inbound.proof;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.james.jdkim.api.Result;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.apache.james.jspf.impl.SPF;
import org.todoku.appliance.delivery.dkim.DkimChecker;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.names.LookupFailedException;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.names.SpfNames;

/**
 * Checks mails against what their domains publish. Stricter than DMARC where a mail is an order to
 * send: a domain without a DMARC record is held to the same, a signature must cover From, Subject,
 * Date and all of the body, and only a domain above or below that of From is aligned, so that no
 * list of public suffixes is needed. Asks the network; thread-safe.
 */
public final class SenderProofs {
    /** More of them are a way to make us ask. */
    private static final int MOST_SIGNATURES = 8;

    private static final Set<String> SIGNED = Set.of("from", "subject", "date");

    /** An RSA key of 1,024 bits has 162 bytes in its record (RFC 8301 section 3.2). */
    private static final int SHORTEST_KEY = 160;

    private static final Pattern STRICT_DKIM = Pattern.compile("(?i).*;\\s*adkim\\s*=\\s*s\\b.*");
    private static final Pattern STRICT_SPF = Pattern.compile("(?i).*;\\s*aspf\\s*=\\s*s\\b.*");

    private final Names names;

    public SenderProofs(Names names) {
        this.names = names;
    }

    /**
     * A mail and how it came.
     *
     * @param from the address in its header From
     * @param sender of the envelope
     * @param ip of the host that gave it to us; empty when nobody knows
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Mail(byte[] raw, EmailAddress from, String sender, String ip, String helo) {}

    public SenderProof prove(Mail mail) {
        Optional<String> odd = oddHeader(mail.raw);
        if (odd.isPresent()) {
            return new SenderProof.Unproven(odd.get());
        }
        String domain = mail.from.domain();
        try {
            String policy = policy(domain);
            SenderProof signed = signed(mail, STRICT_DKIM.matcher(policy).matches());
            if (signed instanceof SenderProof.Unproven(String why)) {
                SenderProof host = host(mail, STRICT_SPF.matcher(policy).matches());
                return host instanceof SenderProof.Unproven(String hostWhy)
                        ? new SenderProof.Unproven("DKIM: " + why + "; SPF: " + hostWhy)
                        : host;
            }
            return signed;
        } catch (LookupFailedException e) {
            return new SenderProof.Unproven(String.valueOf(e.getMessage()));
        }
    }

    /** A second From or Subject would be shown to people, and the first one checked. */
    private static Optional<String> oddHeader(byte[] raw) {
        try {
            InternetHeaders headers = new InternetHeaders(new ByteArrayInputStream(raw));
            for (String name : List.of("From", "Subject", "Date")) {
                String[] all = headers.getHeader(name);
                if (all != null && all.length > 1) {
                    return Optional.of(all.length + " headers " + name);
                }
            }
            String[] from = headers.getHeader("From");
            boolean several =
                    from == null || from[0].replaceAll("\"[^\"]*\"", "").split("@", -1).length != 2;
            return several ? Optional.of("not one address in From") : Optional.empty();
        } catch (MessagingException e) {
            return Optional.of("its header cannot be read");
        }
    }

    /** The DMARC record of the domain, or of one above it; empty for none. */
    private String policy(String domain) {
        String name = domain;
        while (name.indexOf('.') > 0) {
            Optional<String> found =
                    names.texts("_dmarc." + name).stream()
                            .filter(text -> text.startsWith("v=DMARC1"))
                            .findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            name = name.substring(name.indexOf('.') + 1);
        }
        return "";
    }

    private SenderProof signed(Mail mail, boolean strict) {
        DkimChecker verifier = new DkimChecker(this::keys);
        String failed = "";
        try {
            if (signatures(mail.raw) > MOST_SIGNATURES) {
                return new SenderProof.Unproven("more than " + MOST_SIGNATURES + " signatures");
            }
            List<SignatureRecord> good = verifier.verify(new ByteArrayInputStream(mail.raw));
            if (good == null || good.isEmpty()) {
                return new SenderProof.Unproven("no signature");
            }
        } catch (FailException e) {
            failed = String.valueOf(e.getMessage());
        } catch (IOException | RuntimeException e) {
            // What the library trips over is a mail that is not signed well.
            return new SenderProof.Unproven("cannot be read: " + e.getClass().getSimpleName());
        }
        List<String> whys = new ArrayList<>();
        for (Result result : verifier.getResults()) {
            if (result.isSuccess()) {
                Optional<String> why = flaw(result.getRecord(), mail.from.domain(), strict);
                if (why.isEmpty()) {
                    return new SenderProof.Proven("DKIM, d=" + result.getRecord().getDToken());
                }
                whys.add(why.get());
            } else {
                whys.add(String.valueOf(result.getErrorMessage()));
            }
        }
        return new SenderProof.Unproven(
                whys.isEmpty()
                        ? failed
                        : whys.stream().distinct().collect(Collectors.joining(", ")));
    }

    private static int signatures(byte[] raw) {
        try {
            String[] all =
                    new InternetHeaders(new ByteArrayInputStream(raw)).getHeader("DKIM-Signature");
            return all == null ? 0 : all.length;
        } catch (MessagingException e) {
            return 0;
        }
    }

    /** Why a signature that verifies does not count. */
    private static Optional<String> flaw(SignatureRecord record, String from, boolean strict) {
        String domain = record.getDToken().toString();
        if (!aligned(domain, from, strict)) {
            return Optional.of("signed by " + domain + " and not by " + from);
        }
        Set<String> headers =
                record.getHeaders().stream()
                        .map(name -> name.toString().strip().toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        if (!headers.containsAll(SIGNED)) {
            return Optional.of("From, Subject and Date are not all signed");
        }
        if (record.getBodyHashLimit() >= 0) {
            return Optional.of("not all of the body is signed");
        }
        boolean old = record.getHashMethod().toString().toLowerCase(Locale.ROOT).contains("sha1");
        return old ? Optional.of("signed with SHA-1") : Optional.empty();
    }

    private List<String> keys(CharSequence method, CharSequence selector, CharSequence domain)
            throws TempFailException {
        try {
            return names.texts(selector + "._domainkey." + domain).stream()
                    .filter(SenderProofs::usable)
                    .toList();
        } catch (LookupFailedException e) {
            throw new TempFailException(String.valueOf(e.getMessage()));
        }
    }

    /** Neither weak nor only tried out (RFC 6376 section 3.6.1, t=y). */
    private static boolean usable(String record) {
        String plain = record.replaceAll("\\s", "");
        if (plain.matches("(?i)(.*;)?t=[a-z:]*y.*")) {
            return false;
        }
        boolean ed25519 = plain.matches("(?i)(.*;)?k=ed25519(;.*)?");
        for (String tag : plain.split(";")) {
            if (tag.startsWith("p=")) {
                try {
                    byte[] key = Base64.getDecoder().decode(tag.substring(2));
                    return ed25519 ? DkimChecker.isEd25519(key) : key.length >= SHORTEST_KEY;
                } catch (IllegalArgumentException e) {
                    return false;
                }
            }
        }
        return false;
    }

    private SenderProof host(Mail mail, boolean strict) {
        Optional<EmailAddress> sender = EmailAddress.parse(mail.sender);
        if (mail.ip.isEmpty()) {
            return new SenderProof.Unproven("nobody knows which host it is from");
        }
        if (sender.isEmpty() || !aligned(sender.get().domain(), mail.from.domain(), strict)) {
            return new SenderProof.Unproven("the envelope is from another domain");
        }
        try {
            InetAddress host = InetAddress.getByName(mail.ip);
            if (host.isLoopbackAddress() || host.isSiteLocalAddress()) {
                return new SenderProof.Unproven("it came through a server of our own");
            }
        } catch (UnknownHostException e) {
            return new SenderProof.Unproven("no address: " + mail.ip);
        }
        String result =
                new SPF(new SpfNames(names))
                        .checkSPF(mail.ip, sender.get().smtp(), mail.helo)
                        .getResult();
        return result.equals("pass")
                ? new SenderProof.Proven("SPF, " + mail.ip)
                : new SenderProof.Unproven(result + " for " + mail.ip);
    }

    private static boolean aligned(String domain, String from, boolean strict) {
        String a = domain.toLowerCase(Locale.ROOT);
        String b = from.toLowerCase(Locale.ROOT);
        boolean family = a.indexOf('.') > 0 && (a.endsWith("." + b) || b.endsWith("." + a));
        return a.equals(b) || (!strict && family);
    }
}
