package org.todoku.appliance.portable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.Attachment;

/**
 * An export as it is read. Opened, it is whole: every part that the manifest names is there with
 * its length and hash, and nothing else is. No part is ever written to a place that its name says,
 * and none is unpacked beyond what is said of it. Not thread-safe.
 */
public final class ExportFile implements AutoCloseable {
    private static final String WHAT = "read the export";
    private static final String DAMAGED = "copy the file again from where it was made";

    /** 300,000 attachments and mails. */
    private static final int MAX_MANIFEST = 64 << 20;

    /** What CSV of one message to everybody comes to, with room: deflate itself ends at 1,032. */
    private static final long MAX_RATIO = 400;

    private static final long SMALL = 1 << 20;
    private static final int MAX_MAIL = 11 << 20;
    private static final Pattern MAIL = Pattern.compile("mails/[0-9]{1,19}\\.eml");
    private static final Pattern ATTACHMENT = Pattern.compile("attachments/[0-9a-f]{64}");

    private final ZipFile zip;
    private final Manifest manifest;
    private final Map<String, Manifest.Part> parts = new HashMap<>();

    private ExportFile(ZipFile zip) throws IOException {
        this.zip = zip;
        this.manifest = manifest(zip);
        for (Manifest.Part part : manifest.files()) {
            checkName(part.name());
            if (parts.put(part.name(), part) != null) {
                throw damaged("its manifest names " + part.name() + " twice");
            }
        }
        for (PortableTable table : PortableTables.ALL) {
            if (!parts.containsKey(table.file())) {
                throw damaged(table.file() + " is not in it");
            }
        }
        checkEntries();
        for (Manifest.Part part : manifest.files()) {
            checkContent(part);
        }
    }

    /** Opens it and reads it through once. */
    public static ExportFile open(Path file) {
        ZipFile zip = null;
        try {
            zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
            return new ExportFile(zip);
        } catch (IOException | FaultException e) {
            close(zip);
            if (e instanceof FaultException known) {
                throw known;
            }
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    WHAT + " " + file,
                    e instanceof ZipException
                            ? "it is no zip file, or not all of one"
                            : e.toString(),
                    DAMAGED,
                    e);
        }
    }

    public Manifest manifest() {
        return manifest;
    }

    /** A part from its beginning. */
    InputStream stream(String name) throws IOException {
        return zip.getInputStream(entry(name));
    }

    /** A mail or an attachment. */
    byte[] bytes(String name) throws IOException {
        if (!parts.containsKey(name)) {
            throw damaged(name + " is not in it");
        }
        try (InputStream in = stream(name)) {
            return in.readNBytes((int) part(name).bytes());
        }
    }

    boolean has(String name) {
        return parts.containsKey(name);
    }

    @Override
    public void close() {
        close(zip);
    }

    private static void close(@org.jspecify.annotations.Nullable ZipFile zip) {
        try {
            if (zip != null) {
                zip.close();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Manifest manifest(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry(Manifest.FILE);
        if (entry == null) {
            throw damaged("there is no " + Manifest.FILE + " in it");
        }
        byte[] json;
        try (InputStream in = zip.getInputStream(entry)) {
            json = in.readNBytes(MAX_MANIFEST + 1);
        }
        if (json.length > MAX_MANIFEST) {
            throw damaged(Manifest.FILE + " is larger than " + MAX_MANIFEST + " bytes");
        }
        refuseOther(json);
        try {
            return Manifest.read(json);
        } catch (IOException e) {
            throw damaged(Manifest.FILE + " is not as documented: " + e.getMessage());
        }
    }

    /** What it is must be known before anything else of it is believed. */
    private static void refuseOther(byte[] json) {
        String format;
        int version;
        try {
            var node = Values.JSON.readTree(json);
            format = node.path("format").asText();
            version = node.path("version").asInt();
        } catch (IOException e) {
            throw damaged(Manifest.FILE + " is no JSON");
        }
        if (!format.equals(Manifest.FORMAT)) {
            throw damaged("it is no export of an organisation");
        }
        if (version != Manifest.VERSION) {
            throw new FaultException(
                    Fault.SCHEMA_TOO_NEW,
                    WHAT,
                    "it has version %d of the format, and this program knows %d"
                            .formatted(version, Manifest.VERSION),
                    "use a program at least as new as the one that made it");
        }
    }

    private static void checkName(String name) {
        boolean table = PortableTables.ALL.stream().anyMatch(known -> known.file().equals(name));
        if (!table && !MAIL.matcher(name).matches() && !ATTACHMENT.matcher(name).matches()) {
            throw damaged("its manifest names \"" + name + "\", which no export has");
        }
    }

    private void checkEntries() {
        int found = 0;
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
            String name = all.nextElement().getName();
            if (!name.equals(Manifest.FILE)) {
                found++;
                if (!parts.containsKey(name)) {
                    throw damaged("it holds \"" + name + "\", which its manifest does not name");
                }
            }
        }
        if (found > parts.size()) {
            throw damaged("it holds a file twice");
        }
    }

    private void checkContent(Manifest.Part part) throws IOException {
        ZipEntry entry = entry(part.name());
        if (entry.getSize() != part.bytes() || part.bytes() < 0) {
            throw damaged(
                    "%s has %d bytes, and %d are promised"
                            .formatted(part.name(), entry.getSize(), part.bytes()));
        }
        long allowed = SMALL + entry.getCompressedSize() * MAX_RATIO;
        long most =
                part.name().startsWith("mails/")
                        ? MAX_MAIL
                        : part.name().startsWith("attachments/")
                                ? Attachment.MAX_BYTES
                                : Long.MAX_VALUE;
        if (part.bytes() > Math.min(allowed, most)) {
            throw damaged(
                    "%s would unpack to %d bytes, which is no export's doing"
                            .formatted(part.name(), part.bytes()));
        }
        MessageDigest digest = ExportZip.sha256();
        long left = part.bytes();
        try (InputStream in = stream(part.name())) {
            byte[] buffer = new byte[64 << 10];
            for (int n = in.read(buffer); n >= 0 && left >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
                left -= n;
            }
        }
        if (left != 0) {
            throw damaged(part.name() + " has another length than is promised");
        }
        String hash = HexFormat.of().formatHex(digest.digest());
        if (!hash.equals(part.sha256())) {
            throw damaged(part.name() + " is not what it was: its hash differs");
        }
        boolean attachment = part.name().startsWith("attachments/");
        if (attachment && !part.name().endsWith(hash)) {
            throw damaged(part.name() + " does not have the hash that is its name");
        }
    }

    private Manifest.Part part(String name) {
        Manifest.Part part = parts.get(name);
        if (part == null) {
            throw damaged(name + " is not in it");
        }
        return part;
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw damaged(name + " is not in it, though its manifest names it");
        }
        return entry;
    }

    static FaultException damaged(String why) {
        return new FaultException(Fault.INVALID_REQUEST, WHAT, why, DAMAGED);
    }
}
