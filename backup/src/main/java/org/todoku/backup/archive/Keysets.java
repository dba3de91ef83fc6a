package org.todoku.backup.archive;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * The keys with which everything is sealed, themselves wrapped by the operator's {@link
 * ArchiveKey}. The first keyset lies in {@code todoku-archive.json}; each rotation adds {@code
 * keyset/00000001} and so on, with all earlier keys for reading and a new one for writing, wrapped
 * by a new archive key. Only the newest counts.
 */
final class Keysets {
    private static final byte[] WRAPPED_FOR = "todoku keyset".getBytes(StandardCharsets.US_ASCII);
    private static final String PREFIX = "keyset/";

    private final ObjectStore store;
    private final List<Wrapped> wrapped;

    private Keysets(ObjectStore store, List<Wrapped> wrapped) {
        this.store = store;
        this.wrapped = List.copyOf(wrapped);
    }

    /**
     * A keyset as it lies in the archive.
     *
     * @param created RFC 3339, UTC
     * @param keyset Tink's JSON of an encrypted keyset
     */
    record Wrapped(String created, String keyset) {}

    /** A first keyset (AES-256-GCM), wrapped, as Tink's JSON. */
    static String first(ArchiveKey key) {
        try {
            Aead wrapper = key.wrapper();
            KeysetHandle keyset =
                    KeysetHandle.generateNew(
                            PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get());
            return TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
                    keyset, wrapper, WRAPPED_FOR, RegistryConfiguration.get());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads all there are, the newest last. Lists. */
    static Keysets read(ObjectStore store, ArchiveInfo info) {
        List<Wrapped> wrapped = new ArrayList<>();
        wrapped.add(new Wrapped(info.created(), info.keyset()));
        for (ObjectInfo object : store.list(PREFIX)) {
            byte[] content = store.get(object.key()).orElse(new byte[0]);
            try {
                wrapped.add(Json.read(content, Wrapped.class));
            } catch (IOException e) {
                throw Sealing.damaged(object.key(), "it is no JSON of this format", e);
            }
        }
        return new Keysets(store, wrapped);
    }

    /** The newest keyset; a key that was replaced is told from one that never fitted. */
    KeysetHandle open(ArchiveKey key) {
        try {
            return unwrap(wrapped.getLast(), key);
        } catch (GeneralSecurityException e) {
            throw wrong(key, e);
        }
    }

    /**
     * Adds a keyset with a new key to write with, wrapped by another archive key. From here on the
     * old archive key opens nothing that this program reads.
     */
    void rotate(KeysetHandle current, ArchiveKey next, InstantSource clock) {
        try {
            KeysetHandle grown =
                    KeysetHandle.newBuilder(current)
                            .addEntry(
                                    KeysetHandle.generateEntryFromParameters(
                                                    PredefinedAeadParameters.AES256_GCM)
                                            .withRandomId()
                                            .makePrimary())
                            .build();
            String json =
                    TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
                            grown, next.wrapper(), WRAPPED_FOR, RegistryConfiguration.get());
            String key = PREFIX + Archive.pad(wrapped.size());
            if (!store.create(key, Json.write(new Wrapped(clock.instant().toString(), json)))) {
                throw new BackupException(
                        BackupFault.CLAIM_LOST,
                        "writing " + key,
                        "another rotation was there first",
                        "throw the new key away, and use the kit that the other one made");
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeysetHandle unwrap(Wrapped wrapped, ArchiveKey key)
            throws GeneralSecurityException {
        return TinkJsonProtoKeysetFormat.parseEncryptedKeyset(
                wrapped.keyset(), key.wrapper(), WRAPPED_FOR, RegistryConfiguration.get());
    }

    private BackupException wrong(ArchiveKey key, GeneralSecurityException cause) {
        for (int i = wrapped.size() - 2; i >= 0; i--) {
            try {
                unwrap(wrapped.get(i), key);
                return new BackupException(
                        BackupFault.WRONG_KEY,
                        "opening the archive " + store.location(),
                        "this key was replaced on " + wrapped.get(i + 1).created(),
                        "use the newest recovery kit; put its key into the key-file of the"
                                + " configuration too",
                        cause);
            } catch (GeneralSecurityException e) {
                // Not this one either.
            }
        }
        return new BackupException(
                BackupFault.WRONG_KEY,
                "opening the archive " + store.location(),
                "this key does not open it",
                "use the key of this archive: the newest recovery kit, or the key-file of the"
                        + " host that wrote it",
                cause);
    }
}
