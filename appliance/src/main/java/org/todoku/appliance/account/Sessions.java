package org.todoku.appliance.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Sessions as signed cookies: issuing and opening one needs no database, so both work while storage
 * hangs, and they survive a takeover. Thread-safe.
 *
 * <p>A cookie cannot be called back before its 12 hours are over; signing out only clears it in the
 * browser.
 */
public final class Sessions {
    private static final Duration LIFE = Duration.ofHours(12);
    private static final int MAX_LENGTH = 300;

    private final ServerSecret secret;
    private final InstantSource clock;

    public Sessions(ServerSecret secret, InstantSource clock) {
        this.secret = secret;
        this.clock = clock;
    }

    /** The value of the session cookie. */
    public String issue(AdministratorId administrator) {
        Instant now = clock.instant();
        String claims =
                administrator.value()
                        + "."
                        + now.toEpochMilli()
                        + "."
                        + now.plus(LIFE).toEpochMilli();
        return claims + "." + ServerSecret.encode(mac("session:", claims));
    }

    /** The session of a cookie that is ours and has not expired. */
    public Optional<Session> open(String cookie) {
        int dot = cookie.lastIndexOf('.');
        if (dot < 0 || cookie.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        String claims = cookie.substring(0, dot);
        byte[] mac;
        try {
            mac = Base64.getUrlDecoder().decode(cookie.substring(dot + 1));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        if (!MessageDigest.isEqual(mac, mac("session:", claims))) {
            return Optional.empty();
        }
        long[] numbers =
                Arrays.stream(claims.split("\\.", -1)).mapToLong(Long::parseLong).toArray();
        Instant expires = Instant.ofEpochMilli(numbers[2]);
        if (!clock.instant().isBefore(expires)) {
            return Optional.empty();
        }
        return Optional.of(
                new Session(
                        new AdministratorId(numbers[0]),
                        Instant.ofEpochMilli(numbers[1]),
                        expires,
                        ServerSecret.encode(Arrays.copyOf(mac("csrf:", claims), 16))));
    }

    /** Compares a form's token in constant time. */
    public boolean csrfMatches(Session session, String token) {
        return MessageDigest.isEqual(
                session.csrf().getBytes(StandardCharsets.UTF_8),
                token.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] mac(String purpose, String claims) {
        return secret.mac((purpose + claims).getBytes(StandardCharsets.UTF_8));
    }
}
