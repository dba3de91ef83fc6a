package org.todoku.appliance.delivery.dkim;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.james.jdkim.DKIMSigner;
import org.apache.james.jdkim.api.BodyHasher;
import org.apache.james.jdkim.exceptions.FailException;

/** Signs mails of one domain with all its keys. Thread-safe. */
public final class DkimSigner {
    /**
     * What a receiver or a reader relies on; the one-click header because RFC 8058 section 4 wants
     * it signed. From twice, so that nobody can add a second one (RFC 6376 section 5.4).
     */
    private static final String SIGNED =
            "From:From:To:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type"
                    + ":Content-Transfer-Encoding:In-Reply-To:References:Auto-Submitted"
                    + ":List-Id:List-Unsubscribe:List-Unsubscribe-Post";

    private final List<Keyed> signers = new ArrayList<>();

    private record Keyed(DKIMSigner signer, String template) {}

    /**
     * @param domain the domain of the header From: then DMARC finds the two aligned
     */
    public DkimSigner(String domain, List<DkimKey> keys) {
        MailAlgorithms.install();
        for (DkimKey key : keys) {
            String algorithm = key.kind() == DkimKey.Kind.RSA ? "rsa-sha256" : "ed25519-sha256";
            String template =
                    "v=1; a=%s; c=relaxed/relaxed; d=%s; s=%s; h=%s; bh=; b=;"
                            .formatted(algorithm, domain, key.selector(), SIGNED);
            signers.add(new Keyed(new DKIMSigner(template, key.key()), template));
        }
    }

    /**
     * The mail with its signatures before it; the mail itself when there are no keys.
     *
     * @param mail with CRLF line ends, as it goes over the wire
     */
    public byte[] sign(byte[] mail) {
        if (signers.isEmpty()) {
            return mail;
        }
        ByteArrayOutputStream signed = new ByteArrayOutputStream(mail.length + 1024);
        try {
            MailHeaders headers = MailHeaders.of(mail);
            for (Keyed keyed : signers) {
                DKIMSigner signer = keyed.signer();
                BodyHasher hasher =
                        signer.newBodyHasher(signer.newSignatureRecordTemplate(keyed.template()));
                hasher.getOutputStream()
                        .write(mail, headers.length(), mail.length - headers.length());
                hasher.getOutputStream().close();
                String header = signer.sign(headers, hasher);
                signed.writeBytes(folded(header).getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FailException e) {
            throw new IllegalStateException("the mail cannot be signed: " + e.getMessage(), e);
        }
        signed.writeBytes(mail);
        return signed.toByteArray();
    }

    /** Lines of at most 78 characters: relaxed canonicalization does not see where they break. */
    private static String folded(String header) {
        String one = header.replaceAll("\\s+", " ").strip();
        StringBuilder lines = new StringBuilder();
        int length = 0;
        for (String word : one.split(" ")) {
            String rest = word;
            if (length > 0 && length + 1 + Math.min(rest.length(), 70) > 78) {
                lines.append("\r\n ");
                length = 1;
            } else if (length > 0) {
                lines.append(' ');
                length++;
            }
            lines.append(rest);
            length += rest.length();
        }
        return lines.append("\r\n").toString();
    }
}
