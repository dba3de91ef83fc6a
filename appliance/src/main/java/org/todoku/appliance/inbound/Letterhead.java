package org.todoku.appliance.inbound;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * The envelope of a mail that comes without one, as far as its header tells.
 *
 * <p>What a stranger writes into a header is believed no more than an envelope that a stranger
 * wrote: who knows a secret address may use it, by either.
 */
public final class Letterhead {
    private static final Pattern ADDRESS =
            Pattern.compile("(?:\"[^\"\\s]{1,64}\"|[^\\s<>\"(),:;]{1,64})@[\\w.-]{1,200}");
    private static final int MOST = 20;

    /** What the last server wrote down of the envelope, then what the sender did. */
    private static final List<List<String>> RECIPIENTS =
            List.of(
                    List.of("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"),
                    List.of("To", "Cc"));

    private final InternetHeaders headers;

    private Letterhead(InternetHeaders headers) {
        this.headers = headers;
    }

    public static Letterhead read(byte[] raw) {
        try {
            return new Letterhead(new InternetHeaders(new ByteArrayInputStream(raw)));
        } catch (MessagingException e) {
            return new Letterhead(new InternetHeaders());
        }
    }

    /** The return path; empty for the null one. From stands in where there is none. */
    public String sender() {
        String path = header("Return-Path").strip();
        if (!path.isEmpty()) {
            return first(path).orElse("");
        }
        return first(header("From")).orElse("");
    }

    /**
     * The addresses of ours that it is for, as keys. Where none is named it is for the only
     * organisation, if there is but one.
     */
    public Map<String, OrganisationId> recipients(Intake intake) {
        Map<String, OrganisationId> found = new LinkedHashMap<>();
        for (List<String> names : RECIPIENTS) {
            for (String name : names) {
                Matcher matcher = ADDRESS.matcher(header(name));
                while (matcher.find() && found.size() < MOST) {
                    put(found, intake, EmailAddress.parse(matcher.group()));
                }
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        put(found, intake, intake.only());
        return found;
    }

    private static void put(
            Map<String, OrganisationId> found, Intake intake, Optional<EmailAddress> address) {
        address.ifPresent(
                to -> intake.recipient(to).ifPresent(whose -> found.put(to.key(), whose.id())));
    }

    private static Optional<String> first(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        return matcher.find() ? Optional.of(matcher.group()) : Optional.empty();
    }

    private String header(String name) {
        String all = headers.getHeader(name, ", ");
        return all == null ? "" : all.substring(0, Math.min(all.length(), 20_000));
    }
}
