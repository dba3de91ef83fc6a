package org.todoku.backup.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.fault.BackupException;

/**
 * A full base and the increments over it, laid over each other: for each block of the directory the
 * layer that holds it, and its mark. Costs 21 bytes of memory a block. Not thread-safe while layers
 * are added.
 */
public final class BaseLayers {
    private static final byte NONE = -1;

    private final List<Layer> layers = new ArrayList<>();
    private Map<String, Blocks> blocks = Map.of();

    /** A base with its index. */
    public record Layer(BaseManifest manifest, BaseIndex index) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Blocks(byte[] layer, byte[] marks) {}

    /** Reads the layers of a base out of the archive. */
    public static BaseLayers read(Archive archive, List<BaseManifest> fullFirst) {
        BaseLayers layers = new BaseLayers();
        for (BaseManifest manifest : fullFirst) {
            layers.add(manifest, archive.index(manifest.id()));
        }
        return layers;
    }

    /**
     * The base and those under it, the full one first.
     *
     * @throws BackupException {@code OBJECT_MISSING} when one of them is not there
     */
    public static List<BaseManifest> line(BaseManifest base, List<BaseManifest> all) {
        List<BaseManifest> line = new ArrayList<>();
        Optional<BaseManifest> next = Optional.of(base);
        while (next.isPresent()) {
            BaseManifest found = next.get();
            line.addFirst(found);
            next = found.parent().map(id -> parent(found, id, all));
        }
        return line;
    }

    private static BaseManifest parent(BaseManifest child, String id, List<BaseManifest> all) {
        return all.stream()
                .filter(candidate -> candidate.id().equals(id))
                .filter(candidate -> candidate.depth() == child.depth() - 1)
                .findFirst()
                .orElseThrow(
                        () ->
                                Archive.missing(
                                        "base "
                                                + id
                                                + ", over which base "
                                                + child.id()
                                                + " lies"));
    }

    /** Lays the next base over those there are; refuses one that leaves a block without bytes. */
    public void add(BaseManifest manifest, BaseIndex index) {
        byte layer = (byte) layers.size();
        Map<String, Blocks> next = new HashMap<>();
        for (BaseFile file : manifest.files()) {
            next.put(file.path(), start(file));
        }
        for (BaseIndex.Run run : index.runs()) {
            Blocks of = blocksOf(manifest, run, next);
            Arrays.fill(of.layer(), run.first(), run.first() + run.count(), layer);
            int at = run.first() * BaseIndex.MARK;
            System.arraycopy(run.marks(), 0, of.marks(), at, run.marks().length);
        }
        for (BaseFile file : manifest.files()) {
            for (byte holder : next.getOrDefault(file.path(), start(file)).layer()) {
                if (holder == NONE) {
                    throw damaged(manifest, "a block of " + file.path() + " is in no base");
                }
            }
        }
        blocks = next;
        layers.add(new Layer(manifest, index));
    }

    private Blocks start(BaseFile file) {
        Blocks under = blocks.get(file.path());
        int count = file.blocks();
        byte[] layer = new byte[count];
        Arrays.fill(layer, NONE);
        byte[] marks = new byte[count * BaseIndex.MARK];
        if (under != null) {
            int common = Math.min(count, under.layer().length);
            System.arraycopy(under.layer(), 0, layer, 0, common);
            System.arraycopy(under.marks(), 0, marks, 0, common * BaseIndex.MARK);
        }
        return new Blocks(layer, marks);
    }

    private static Blocks blocksOf(
            BaseManifest manifest, BaseIndex.Run run, Map<String, Blocks> files) {
        boolean known = run.file() >= 0 && run.file() < manifest.files().size();
        Blocks of = known ? files.get(manifest.files().get(run.file()).path()) : null;
        if (of == null || run.first() < 0 || run.first() + run.count() > of.layer().length) {
            throw damaged(manifest, "its index names a block that its manifest does not have");
        }
        return of;
    }

    /** The layers, the full base first. */
    public List<Layer> layers() {
        return List.copyOf(layers);
    }

    public Optional<BaseManifest> newest() {
        return layers.isEmpty() ? Optional.empty() : Optional.of(layers.getLast().manifest());
    }

    /** Whether the newest state has this block with this mark. */
    public boolean has(String path, int block, byte[] mark) {
        Blocks of = blocks.get(path);
        int at = block * BaseIndex.MARK;
        return of != null
                && block < of.layer().length
                && Arrays.equals(of.marks(), at, at + BaseIndex.MARK, mark, 0, BaseIndex.MARK);
    }

    /** Whether the newest state has this block with this CRC-32C. */
    public boolean hasSum(String path, int block, int sum) {
        Blocks of = blocks.get(path);
        return of != null
                && block < of.layer().length
                && BaseIndex.sum(of.marks(), block * BaseIndex.MARK) == sum;
    }

    /** Which layer holds this block of the newest state; -1 for none. */
    public int layerOf(String path, int block) {
        Blocks of = blocks.get(path);
        return of == null || block >= of.layer().length ? -1 : of.layer()[block];
    }

    private static BackupException damaged(BaseManifest manifest, String why) {
        return Sealing.damaged("base/" + manifest.id(), why, new IOException(why));
    }
}
