package org.todoku.appliance.message;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Row;
import org.todoku.appliance.store.Tx;

/**
 * The files that go with messages: first kept, then named by a message. Thread-safe. A file that no
 * message names in the end stays where it is.
 */
public final class Attachments {
    private final Database database;
    private final FileStore files;

    public Attachments(Database database, FileStore files) {
        this.database = database;
        this.files = files;
    }

    /** Keeps a file of an allowed type and size; what type it is its content says. */
    public Attachment keep(String name, byte[] content) {
        AttachmentType type = type(name, content);
        if (content.length > Attachment.MAX_BYTES) {
            throw new FaultException(
                    Fault.TOO_LARGE,
                    "attach " + name,
                    "it has " + content.length + " bytes; " + Attachment.MAX_BYTES + " are allowed",
                    "make the picture smaller, or put the file on a page and link to it");
        }
        return new Attachment(name, type, content.length, files.put(content));
    }

    /** A file that was kept before, under a name for this message. */
    public Attachment kept(String sha256, String name) {
        Optional<byte[]> content =
                Attachment.isSha256(sha256) ? files.get(sha256) : Optional.empty();
        byte[] found =
                content.orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.INVALID_REQUEST,
                                        "attach " + name,
                                        "there is no file with this id",
                                        "upload it first"));
        return new Attachment(name, type(name, found), found.length, sha256);
    }

    /** The files of a message, in their order. */
    public List<Attachment> of(MessageId message) {
        return database.read(tx -> of(tx, message.value()));
    }

    /** The same within a transaction. */
    public static List<Attachment> of(Tx tx, long message) {
        return tx.query(
                "SELECT name, type, bytes, sha256 FROM attachment WHERE message_id = ? ORDER BY place"
                        + tx.dialect().stale(),
                Attachments::map,
                message);
    }

    /** Empty when it lies nowhere; a fault when it cannot be had now. */
    public Optional<byte[]> content(Attachment attachment) {
        return files.get(attachment.sha256());
    }

    static void insert(Tx tx, MessageId message, List<Attachment> attachments) {
        for (int place = 0; place < attachments.size(); place++) {
            Attachment attachment = attachments.get(place);
            tx.update(
                    """
                    INSERT INTO attachment(message_id, place, name, type, bytes, sha256)
                    VALUES (?, ?, ?, ?, ?, ?)""",
                    message.value(),
                    place,
                    attachment.name(),
                    attachment.type().media(),
                    attachment.bytes(),
                    attachment.sha256());
        }
    }

    private static AttachmentType type(String name, byte[] content) {
        return AttachmentType.of(content)
                .orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.INVALID_REQUEST,
                                        "attach " + name,
                                        "it is neither a picture (JPEG, PNG, GIF, WebP) nor a PDF",
                                        "save it as a PDF first"));
    }

    private static Attachment map(Row row) {
        return new Attachment(
                row.text("name"),
                AttachmentType.named(row.text("type")).orElseThrow(),
                row.longValue("bytes"),
                row.text("sha256"));
    }
}
