package org.todoku.backup.volume;

/**
 * Told when writers had better be refused and when they may come again. Called by the volume's
 * watch, never by a thread of Derby; must not block and must not throw.
 */
public interface VolumeListener {
    /** For who needs not know. */
    VolumeListener NONE =
            new VolumeListener() {
                @Override
                public void closeWrites(String why) {}

                @Override
                public void openWrites() {}
            };

    /** Neither the disk nor the archive takes what is written, or the memory is nearly full. */
    void closeWrites(String why);

    /** The reason is gone. */
    void openWrites();

    /**
     * Nothing may be written from here any more, for good. Not of the volume's own accord: told by
     * whoever finds out that another host is the writer.
     */
    default void ended(RuntimeException why) {}
}
