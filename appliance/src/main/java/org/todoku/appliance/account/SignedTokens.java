package org.todoku.appliance.account;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * Short URL-safe tokens that carry ids and prove that this server made them for this purpose.
 * Thread-safe.
 *
 * <p>They do not expire and are no secret from their owner; whoever has the link has its rights, so
 * a purpose grants little. 16 bytes of the MAC are kept: 128 bits cannot be guessed over a network,
 * and links in mail stay on one line.
 */
public final class SignedTokens {
    private static final int MAC_BYTES = 16;
    private static final int MAX_LENGTH = 200;

    private final ServerSecret secret;

    public SignedTokens(ServerSecret secret) {
        this.secret = secret;
    }

    public String sign(String purpose, long... ids) {
        ByteBuffer payload = ByteBuffer.allocate(ids.length * Long.BYTES);
        for (long id : ids) {
            payload.putLong(id);
        }
        byte[] mac = mac(purpose, payload.array());
        return ServerSecret.encode(
                ByteBuffer.allocate(payload.capacity() + MAC_BYTES)
                        .put(payload.array())
                        .put(mac)
                        .array());
    }

    /** The ids, when the token is ours and of this purpose. */
    public Optional<long[]> open(String purpose, String token) {
        if (token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        int payload = bytes.length - MAC_BYTES;
        if (payload < 0 || payload % Long.BYTES != 0) {
            return Optional.empty();
        }
        byte[] mac = Arrays.copyOfRange(bytes, payload, bytes.length);
        if (!MessageDigest.isEqual(mac, mac(purpose, Arrays.copyOf(bytes, payload)))) {
            return Optional.empty();
        }
        long[] ids = new long[payload / Long.BYTES];
        ByteBuffer.wrap(bytes, 0, payload).asLongBuffer().get(ids);
        return Optional.of(ids);
    }

    private byte[] mac(String purpose, byte[] payload) {
        byte[] name = ("token:" + purpose + ":").getBytes(StandardCharsets.UTF_8);
        byte[] all =
                ByteBuffer.allocate(name.length + payload.length).put(name).put(payload).array();
        return Arrays.copyOf(secret.mac(all), MAC_BYTES);
    }
}
