package org.todoku.backup.volume;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Does what a disk does and notes it, so that every moment of it can be built again elsewhere. */
final class RecordingDisk implements Disk {
    private final Disk disk;
    private final Path root;
    private final List<Note> notes = new ArrayList<>();

    RecordingDisk(Disk disk, Path root) {
        this.disk = disk;
        this.root = root;
    }

    /** One operation: what it does to a directory that stands where the real one stood. */
    sealed interface Note {
        record MakeFolder(Path path) implements Note {}

        record Create(Path path) implements Note {}

        record Write(Path path, long at, ByteBuffer bytes) implements Note {}

        record SetLength(Path path, long length) implements Note {}

        record Delete(Path path) implements Note {}

        record Rename(Path from, Path to) implements Note {}

        record Force(Path path) implements Note {}
    }

    /** How many operations the disk has done so far. */
    synchronized int size() {
        return notes.size();
    }

    synchronized List<Note> notes() {
        return List.copyOf(notes);
    }

    /**
     * Does one again below another root.
     *
     * @param upTo how many of its bytes, if it is a write
     */
    static void repeat(Note note, Path root, int upTo) throws IOException {
        switch (note) {
            case Note.MakeFolder made -> Files.createDirectories(root.resolve(made.path));
            case Note.Create created -> Files.write(root.resolve(created.path), new byte[0]);
            case Note.Write write -> {
                try (var file = new RandomAccessFile(root.resolve(write.path).toFile(), "rw")) {
                    file.seek(write.at);
                    byte[] bytes = new byte[Math.min(upTo, write.bytes.limit())];
                    write.bytes.duplicate().get(bytes);
                    file.write(bytes);
                }
            }
            case Note.SetLength cut -> {
                try (var file = new RandomAccessFile(root.resolve(cut.path).toFile(), "rw")) {
                    file.setLength(cut.length);
                }
            }
            case Note.Delete gone -> Files.deleteIfExists(root.resolve(gone.path));
            case Note.Rename renamed ->
                    Files.move(
                            root.resolve(renamed.from),
                            root.resolve(renamed.to),
                            StandardCopyOption.REPLACE_EXISTING);
            case Note.Force forced -> {}
        }
    }

    @Override
    public void makeFolder(Path folder) throws IOException {
        disk.makeFolder(folder);
        note(new Note.MakeFolder(below(folder)));
    }

    @Override
    public void create(Path file) throws IOException {
        disk.create(file);
        note(new Note.Create(below(file)));
    }

    @Override
    public void write(Path file, long at, ByteBuffer bytes) throws IOException {
        ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
        copy.put(bytes.duplicate()).flip();
        disk.write(file, at, bytes);
        note(new Note.Write(below(file), at, copy));
    }

    @Override
    public void setLength(Path file, long length) throws IOException {
        disk.setLength(file, length);
        note(new Note.SetLength(below(file), length));
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
        note(new Note.Delete(below(file)));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
        note(new Note.Rename(below(from), below(to)));
    }

    @Override
    public void keepPrivate(Path file) throws IOException {
        disk.keepPrivate(file);
    }

    @Override
    public void force(Path file) throws IOException {
        disk.force(file);
        note(new Note.Force(below(file)));
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        disk.forceFolder(folder);
    }

    @Override
    public void close() {
        disk.close();
    }

    private Path below(Path path) {
        return root.relativize(path);
    }

    private synchronized void note(Note note) {
        notes.add(note);
    }
}
