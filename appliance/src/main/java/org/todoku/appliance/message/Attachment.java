package org.todoku.appliance.message;

import java.util.regex.Pattern;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * A file that goes with a message. Its content lies under the name {@code sha256}, 64 hexadecimal
 * digits in small letters.
 */
public record Attachment(String name, AttachmentType type, long bytes, String sha256) {
    /** How many a message may have. */
    public static final int MAX_COUNT = 5;

    /** What all of a message's may have together. */
    public static final long MAX_BYTES = 8L << 20;

    private static final int MAX_NAME = 100;
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    public Attachment {
        name = plain(name);
        if (!isSha256(sha256)) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "attach a file",
                    "its id is not one of ours",
                    "upload the file again");
        }
    }

    static boolean isSha256(String text) {
        return SHA_256.matcher(text).matches();
    }

    /** Without folders and what no file name may have; never empty. */
    private static String plain(String name) {
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String clean =
                last.codePoints()
                        .filter(c -> !Character.isISOControl(c) && "\"<>|*?:".indexOf(c) < 0)
                        .limit(MAX_NAME)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString()
                        .strip();
        return clean.isEmpty() ? "file" : clean;
    }
}
