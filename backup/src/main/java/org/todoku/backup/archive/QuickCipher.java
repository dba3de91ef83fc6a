package org.todoku.backup.archive;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;

/**
 * Makes this process's AES-GCM quick. The processor's instructions for it are used by compiled code
 * only, and what is called seldom, with much at a time, as an archive is, is never compiled: 10 MiB
 * take some 160 ms then, and a tenth of that else. So it is called often, once in a process, with a
 * key of its own.
 *
 * <p>Costs a tenth of a second of one core, on a thread that nobody waits for.
 */
final class QuickCipher {
    /** Measured: half of it is not always enough, and more of it is no better. */
    private static final int TIMES = 4000;

    private static final int BYTES = 1024;

    private static final Thread ONCE =
            Thread.ofPlatform().daemon().name("cipher-warm-up").start(QuickCipher::run);

    private QuickCipher() {}

    /** Begins, at the first call. Whether it is still at it. */
    static boolean begin() {
        return ONCE.isAlive();
    }

    private static void run() {
        try {
            AeadConfig.register();
            Aead aead =
                    KeysetHandle.generateNew(
                                    PredefinedAeadParameters.AES256_GCM,
                                    RegistryConfiguration.get())
                            .getPrimitive(RegistryConfiguration.get(), Aead.class);
            byte[] content = new byte[BYTES];
            for (int i = 0; i < TIMES; i++) {
                content = aead.decrypt(aead.encrypt(content, new byte[0]), new byte[0]);
            }
        } catch (GeneralSecurityException e) {
            System.getLogger(QuickCipher.class.getName())
                    .log(Level.WARNING, "the cipher stays slow: " + e);
        }
    }
}
