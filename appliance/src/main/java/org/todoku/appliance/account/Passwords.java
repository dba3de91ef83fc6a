package org.todoku.appliance.account;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;

/**
 * Argon2id with OWASP's 19 MiB, 2 passes. One hash at a time: sign-in storms may cost time, not
 * memory, and at most one core.
 */
final class Passwords {
    private static final Argon2Function ARGON2 =
            Argon2Function.getInstance(19 * 1024, 2, 1, 32, Argon2.ID);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
    private static final int MIN_LENGTH = 8;
    private static final int MAX_LENGTH = 256;

    /** Made once in a process: it takes a fifth of a second, which a move must not wait for. */
    private static final String HASH_OF_NOBODY =
            Password.hash("nobody's password").addRandomSalt(16).with(ARGON2).getResult();

    private final Semaphore oneAtATime = new Semaphore(1, true);

    String hash(Secret password) {
        int length = password.value().length();
        if (length < MIN_LENGTH || length > MAX_LENGTH) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "set the password",
                    "it has " + length + " characters",
                    "use 8 to 256 characters");
        }
        return alone(
                () -> Password.hash(password.value()).addRandomSalt(16).with(ARGON2).getResult());
    }

    boolean matches(Secret password, String hash) {
        if (password.value().isEmpty() || password.value().length() > MAX_LENGTH) {
            return false;
        }
        return alone(
                () ->
                        Password.check(password.value(), hash)
                                .with(Argon2Function.getInstanceFromHash(hash)));
    }

    /**
     * Takes the time of a real check, so that the time does not tell which e-mail addresses exist.
     */
    void pretend(Secret password) {
        boolean matched = matches(password, HASH_OF_NOBODY);
        assert !matched || password.value().equals("nobody's password");
    }

    private <T> T alone(Supplier<T> work) {
        boolean mine;
        try {
            mine = oneAtATime.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            mine = false;
        }
        if (!mine) {
            throw new FaultException(
                    Fault.OVERLOADED,
                    "check the password",
                    "too many people sign in at once",
                    "try again in a moment");
        }
        try {
            return work.get();
        } finally {
            oneAtATime.release();
        }
    }
}
