package org.todoku.appliance.portable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/** The zip file as it is written, one part after the other, each counted and hashed. */
final class ExportZip implements AutoCloseable {
    /** Excel takes a file without it for one in Shift_JIS. */
    private static final char MARK = '\uFEFF';

    private final ZipOutputStream zip;
    private final List<Manifest.Part> parts = new ArrayList<>();

    ExportZip(OutputStream out) {
        this.zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
    }

    /** Takes the rows of a table. */
    interface Rows {
        /** Values in the order of {@link PortableTable#written}. */
        void add(List<@Nullable String> values);
    }

    /** Tells the rows of a table. */
    interface Source {
        void tell(Rows rows);
    }

    List<Manifest.Part> parts() {
        return List.copyOf(parts);
    }

    /** A part of CSV or JSON lines. */
    void table(PortableTable table, Source source) throws IOException {
        Counted out = begin(table.file());
        Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        long[] rows = new long[1];
        if (table.isCsv()) {
            text.write(MARK);
            CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text);
            csv.writeRecord(table.written().stream().map(Field::name).toList());
            source.tell(
                    values -> {
                        csv.writeRecord(values);
                        rows[0]++;
                    });
            csv.flush();
        } else {
            source.tell(
                    values -> {
                        line(text, table, values);
                        rows[0]++;
                    });
        }
        text.flush();
        end(table.file(), rows[0], out);
    }

    /** A part that is a file of somebody's. */
    void file(String name, byte[] content) throws IOException {
        Counted out = begin(name);
        out.write(content);
        end(name, 0, out);
    }

    /** The last part. */
    void manifest(Manifest manifest) throws IOException {
        zip.putNextEntry(new ZipEntry(Manifest.FILE));
        zip.write(manifest.json());
        zip.closeEntry();
        zip.finish();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static void line(Writer text, PortableTable table, List<@Nullable String> values) {
        ObjectNode line = Values.JSON.createObjectNode();
        List<Field> fields = table.written();
        for (int i = 0; i < fields.size(); i++) {
            Values.put(line, fields.get(i), values.get(i));
        }
        try {
            text.write(line + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Counted begin(String name) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        return new Counted(zip);
    }

    private void end(String name, long rows, Counted out) throws IOException {
        zip.closeEntry();
        parts.add(new Manifest.Part(name, rows, out.bytes, out.hash()));
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }

    /** Counts and hashes what passes; closing it closes nothing. */
    private static final class Counted extends FilterOutputStream {
        private final MessageDigest digest = sha256();
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            out.write(from, offset, length);
            digest.update(from, offset, length);
            bytes += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }

        String hash() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}
