package org.todoku.backup.archive;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
    private final String archiveId;
    private final List<Wrapped> wrapped;

    private Keysets(ObjectStore store, String archiveId, List<Wrapped> wrapped) {
        this.store = store;
        this.archiveId = archiveId;
        this.wrapped = List.copyOf(wrapped);
    }

    /**
     * A keyset as it lies in the archive.
     *
     * @param created RFC 3339, UTC
     * @param keyset Tink's JSON of an encrypted keyset
     */
    record Wrapped(String created, String keyset) {
        Wrapped {
            Objects.requireNonNull(keyset, "keyset");
        }
    }

    /** A keyset, and the cipher of its keys. */
    record Opened(KeysetHandle keyset, Aead aead) {}

    /** {@code todoku-archive.json} of a new archive, with its first keyset (AES-256-GCM). */
    static byte[] first(ArchiveKey key, String archiveId, InstantSource clock) {
        try {
            Aead wrapper = key.wrapper();
            KeysetHandle keyset =
                    KeysetHandle.generateNew(
                            PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get());
            String json =
                    TinkJsonProtoKeysetFormat.serializeEncryptedKeyset(
                            keyset, wrapper, WRAPPED_FOR, RegistryConfiguration.get());
            var info = new ArchiveInfo(Archive.FORMAT, archiveId, clock.instant().toString(), json);
            return new SignedJson(aead(keyset), archiveId).write(Archive.INFO, info);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Aead aead(KeysetHandle keyset) throws GeneralSecurityException {
        return keyset.getPrimitive(RegistryConfiguration.get(), Aead.class);
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
        return new Keysets(store, info.archiveId(), wrapped);
    }

    /**
     * The newest keyset; a key that was replaced is told from one that never fitted. Reads the
     * objects in which the first and the newest lie once more, with their macs.
     */
    Opened open(ArchiveKey key) {
        KeysetHandle keyset;
        Aead aead;
        try {
            keyset = unwrap(wrapped.getLast(), key);
            aead = new Watched(aead(keyset), keyset);
        } catch (GeneralSecurityException e) {
            throw wrong(key, e);
        }
        SignedJson signed = new SignedJson(aead, archiveId);
        prove(signed, Archive.INFO, ArchiveInfo.class);
        if (wrapped.size() > 1) {
            prove(signed, key(wrapped.size() - 1), Wrapped.class);
        }
        return new Opened(keyset, aead);
    }

    private void prove(SignedJson signed, String key, Class<?> type) {
        signed.read(key, store.get(key).orElseThrow(() -> Archive.missing(key)), type);
    }

    private static String key(int number) {
        return PREFIX + Archive.pad(number);
    }

    /**
     * Adds a keyset with a new key to write with, wrapped by another archive key. From here on the
     * old archive key opens nothing that this program reads.
     */
    void rotate(KeysetHandle current, ArchiveKey wrapping, InstantSource clock) {
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
                            grown, wrapping.wrapper(), WRAPPED_FOR, RegistryConfiguration.get());
            String key = key(wrapped.size());
            var next = new Wrapped(clock.instant().toString(), json);
            if (!store.create(key, new SignedJson(aead(grown), archiveId).write(key, next))) {
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
                        + " host that wrote it. If this is its key, "
                        + (wrapped.size() > 1 ? key(wrapped.size() - 1) : Archive.INFO)
                        + " was changed",
                cause);
    }

    /** Tells an object under a key that came later from one that is damaged. */
    private final class Watched implements Aead {
        private static final int PREFIX_BYTES = 5;

        private final Aead inner;
        private final Set<Integer> ids = new HashSet<>();

        Watched(Aead inner, KeysetHandle keyset) {
            this.inner = inner;
            for (int i = 0; i < keyset.size(); i++) {
                ids.add(keyset.getAt(i).getId());
            }
        }

        @Override
        public byte[] encrypt(byte[] plaintext, byte[] boundTo) throws GeneralSecurityException {
            return inner.encrypt(plaintext, boundTo);
        }

        @Override
        public byte[] decrypt(byte[] content, byte[] boundTo) throws GeneralSecurityException {
            try {
                return inner.decrypt(content, boundTo);
            } catch (GeneralSecurityException e) {
                boolean later =
                        content.length > PREFIX_BYTES
                                && !ids.contains(ByteBuffer.wrap(content, 1, 4).getInt())
                                && store.list(PREFIX).size() >= wrapped.size();
                if (!later) {
                    throw e;
                }
                throw new BackupException(
                        BackupFault.WRONG_KEY,
                        "reading the archive " + store.location(),
                        "its key was replaced while it was open here",
                        "put the newest recovery kit's key into the key-file of the configuration,"
                                + " and start again",
                        e);
            }
        }
    }
}
