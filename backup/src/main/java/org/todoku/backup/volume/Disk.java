package org.todoku.backup.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What the drain does to the data disk: the only way by which bytes get there while a volume is
 * attached. Called by one thread, in the order of the queue; each call may block for as long as the
 * disk does. A call that throws has perhaps done a part of its work; all but {@link #force} and
 * {@link #forceFolder} can be done again.
 */
interface Disk {
    void makeFolder(Path folder) throws IOException;

    /** Makes an empty file, or empties the one there. */
    void create(Path file) throws IOException;

    /** Writes all that remains in the buffer; makes the file longer where it must. */
    void write(Path file, long at, ByteBuffer bytes) throws IOException;

    void setLength(Path file, long length) throws IOException;

    /** Deleting what is not there is no error. */
    void delete(Path file) throws IOException;

    void rename(Path from, Path to) throws IOException;

    /** Nobody but this user may read it. */
    void keepPrivate(Path file) throws IOException;

    /** The data of a file and the length that is needed to read it. */
    void force(Path file) throws IOException;

    /** The names in a folder. */
    void forceFolder(Path folder) throws IOException;

    /** Lets go of what is open. */
    void close();
}
