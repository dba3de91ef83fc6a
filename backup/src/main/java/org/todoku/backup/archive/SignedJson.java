package org.todoku.backup.archive;

import com.google.crypto.tink.Aead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import org.todoku.backup.fault.BackupException;

/**
 * JSON that anybody can read and nobody without the key can change: the last field, {@code mac}, is
 * a seal over no bytes that is bound to the archive, to the key of the object and to all of the
 * text before it. So it is found when a letter was changed, when the end was cut off, and when the
 * object was swapped for another. Thread-safe.
 */
final class SignedJson {
    private static final String LEAD = ",\n  \"mac\" : \"";
    private static final String END = "\"\n}\n";
    private static final byte[] NOTHING = new byte[0];

    private final Aead aead;
    private final String archiveId;

    SignedJson(Aead aead, String archiveId) {
        this.aead = aead;
        this.archiveId = archiveId;
    }

    byte[] write(String objectKey, Object value) {
        String json = new String(Json.write(value), StandardCharsets.UTF_8).stripTrailing();
        String text = json.substring(0, json.lastIndexOf('}')).stripTrailing();
        try {
            byte[] mac = aead.encrypt(NOTHING, boundTo(objectKey, text));
            String encoded = Base64.getEncoder().encodeToString(mac);
            return (text + LEAD + encoded + END).getBytes(StandardCharsets.UTF_8);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing " + objectKey, e);
        }
    }

    /**
     * The value, once its {@code mac} was found good.
     *
     * @throws BackupException {@code OBJECT_DAMAGED} with the object's name when it is not
     */
    <T> T read(String objectKey, byte[] content, Class<T> type) {
        try {
            String all = new String(content, StandardCharsets.UTF_8);
            int end = all.lastIndexOf(LEAD);
            // Compared as bytes: text that is no UTF-8 must not pass for what it was read as.
            if (end < 0
                    || !all.endsWith(END)
                    || !Arrays.equals(all.getBytes(StandardCharsets.UTF_8), content)) {
                throw new GeneralSecurityException("there is no mac");
            }
            String encoded = all.substring(end + LEAD.length(), all.length() - END.length());
            byte[] mac = Base64.getDecoder().decode(encoded);
            if (!Base64.getEncoder().encodeToString(mac).equals(encoded)) {
                throw new GeneralSecurityException("its mac is written otherwise");
            }
            aead.decrypt(mac, boundTo(objectKey, all.substring(0, end)));
            return Json.read(content, type);
        } catch (GeneralSecurityException | IllegalArgumentException | IOException e) {
            throw Sealing.damaged(objectKey, "its mac does not hold (" + e.getMessage() + ")", e);
        }
    }

    private byte[] boundTo(String objectKey, String text) {
        return (archiveId + "\n" + objectKey + "\n" + text).getBytes(StandardCharsets.UTF_8);
    }
}
