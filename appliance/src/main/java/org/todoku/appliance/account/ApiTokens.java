package org.todoku.appliance.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * Bearer tokens of the API, one organisation each. Thread-safe.
 *
 * <p>Kept as SHA-256 only: 256 random bits need no slow hash. The prefix lets secret scanners find
 * one that was checked in by mistake.
 */
public final class ApiTokens {
    private static final String PREFIX = "todoku_";
    private static final int BYTES = 32;
    private static final int MAX_LENGTH = 200;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final SecureRandom random;

    public ApiTokens(Database database, Ids ids, InstantSource clock, SecureRandom random) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.random = random;
    }

    /** Makes one. The answer is the only time that its text is seen. */
    public Secret create(OrganisationId organisation, String label) {
        return database.write(tx -> create(tx, organisation, label));
    }

    /** The same inside a transaction of the caller's: good once that is committed. */
    public Secret create(Tx tx, OrganisationId organisation, String label) {
        byte[] fresh = new byte[BYTES];
        random.nextBytes(fresh);
        String token = PREFIX + ServerSecret.encode(fresh);
        tx.update(
                "INSERT INTO api_token(id, organisation_id, hash, label, created)"
                        + " VALUES (?, ?, ?, ?, ?)",
                ids.next(),
                organisation.value(),
                hash(token),
                label,
                clock.instant());
        return new Secret(token);
    }

    /** The organisation that a token belongs to. */
    public Optional<OrganisationId> open(String token) {
        if (!token.startsWith(PREFIX) || token.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        return database.read(
                tx ->
                        tx.queryOne(
                                "SELECT organisation_id FROM api_token WHERE hash = ?"
                                        + tx.dialect().stale(),
                                row -> new OrganisationId(row.longValue("organisation_id")),
                                hash(token)));
    }

    private static String hash(String token) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }
}
