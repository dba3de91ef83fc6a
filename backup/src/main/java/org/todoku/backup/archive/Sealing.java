package org.todoku.backup.archive;

import com.google.crypto.tink.Aead;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorOutputStream;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Compresses, then seals. What is sealed is bound to the archive and to the key of its object, so
 * an object that was swapped for another does not open. Thread-safe.
 */
final class Sealing {
    private static final int LEVEL = 3;

    private final Aead aead;
    private final String archiveId;

    Sealing(Aead aead, String archiveId) {
        this.aead = aead;
        this.archiveId = archiveId;
        QuickCipher.begin();
    }

    byte[] seal(String objectKey, byte[] content) {
        try {
            return aead.encrypt(compress(content), boundTo(objectKey));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("sealing " + objectKey, e);
        }
    }

    byte[] open(String objectKey, byte[] content) {
        try {
            byte[] compressed = aead.decrypt(content, boundTo(objectKey));
            try (var in = new ZstdCompressorInputStream(new ByteArrayInputStream(compressed))) {
                return in.readAllBytes();
            }
        } catch (GeneralSecurityException | IOException e) {
            throw damaged(objectKey, "its seal does not hold (" + e.getMessage() + ")", e);
        }
    }

    /**
     * As {@link #open}, unpacking only as it is read: the whole would cost more to move about in
     * memory than to unpack. The seal is checked before this returns.
     */
    InputStream stream(String objectKey, byte[] content) {
        try {
            byte[] compressed = aead.decrypt(content, boundTo(objectKey));
            return new Unpacking(
                    objectKey, new ZstdCompressorInputStream(new ByteArrayInputStream(compressed)));
        } catch (GeneralSecurityException | IOException e) {
            throw damaged(objectKey, "its seal does not hold (" + e.getMessage() + ")", e);
        }
    }

    /** What does not unpack is the archive's fault, not that of whoever reads. */
    private static final class Unpacking extends FilterInputStream {
        private final String objectKey;

        Unpacking(String objectKey, InputStream in) {
            super(in);
            this.objectKey = objectKey;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            try {
                return in.read(into, offset, length);
            } catch (IOException e) {
                throw damaged(objectKey, "it does not unpack (" + e.getMessage() + ")", e);
            }
        }
    }

    static BackupException damaged(String objectKey, String why, Throwable cause) {
        return new BackupException(
                BackupFault.OBJECT_DAMAGED,
                "reading " + objectKey,
                why,
                "the object was cut, changed or swapped; restore to a moment before it, or from"
                        + " another copy of the archive",
                cause);
    }

    private byte[] boundTo(String objectKey) {
        return (archiveId + "\n" + objectKey).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] compress(byte[] content) throws IOException {
        var out = new ByteArrayOutputStream(content.length / 3 + 64);
        try (var zstd =
                ZstdCompressorOutputStream.builder().setOutputStream(out).setLevel(LEVEL).get()) {
            zstd.write(content);
        }
        return out.toByteArray();
    }
}
