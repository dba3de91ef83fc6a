package org.todoku.backup.restore;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.archive.Lease;
import org.todoku.backup.archive.SealedSegment;
import org.todoku.backup.archive.Verification;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LogChunk;

/**
 * Reads everything back: every block of every base against its hash, every segment of the chain
 * against the hash that its successor names, the log in them for gaps, and every file that belongs
 * to rows against its name. Writes nothing but its result, needs no disk, and holds one pack and a
 * few log files in memory.
 *
 * <p>Finds what was lost, cut, changed or swapped. Does not: boot a database on it, which is what a
 * drill is for. A store that does not answer is no finding but a fault.
 */
public final class Verify {
    private static final System.Logger LOG = System.getLogger(Verify.class.getName());
    private static final int REPORTED = 100;

    private final Archive archive;
    private final Progress progress;
    private final InstantSource clock;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Boolean> wholeBases = new HashMap<>();
    private long bytes;
    private long segments;
    private Optional<ForkPoint> upTo = Optional.empty();

    public Verify(Archive archive, Progress progress, InstantSource clock) {
        this.archive = archive;
        this.progress = progress;
        this.clock = clock;
    }

    /** Told as it goes on; a long pause in here slows the reading down. */
    public interface Progress {
        /** Something was read: what, and how much of all objects is done. */
        void read(String what, long done, long of);

        /** Something is wrong. */
        void problem(String what);
    }

    /** Reads everything; findings are in the result, not exceptions. Nothing expires meanwhile. */
    public Verification run() {
        try (Lease lease = Lease.take(archive, "verify", clock)) {
            return run(lease);
        }
    }

    private Verification run(Lease lease) {
        LOG.log(Level.DEBUG, "verifying under {0}", lease);
        Instant begun = clock.instant();
        List<String> whole = new ArrayList<>();
        List<String> unfinished = new ArrayList<>();
        finding(
                "the chain",
                () -> {
                    Chain chain = Chain.read(archive);
                    List<BaseManifest> bases = archive.bases();
                    long packs = bases.stream().mapToLong(base -> base.packs().size()).sum();
                    Set<ForkPoint> starts = new HashSet<>();
                    bases.forEach(base -> starts.add(base.chain()));
                    List<SegmentRef> refs = refs(chain);
                    long of = packs + refs.size();
                    if (bases.isEmpty()) {
                        problem("there is no base: nothing can be restored");
                    }
                    for (BaseManifest base : bases) {
                        if (isWhole(base, bases, of)) {
                            whole.add(base.id());
                        }
                    }
                    log(refs, starts, packs, of);
                    chain.lostTail().ifPresent(this::problem);
                    chain.lostCapsule().ifPresent(this::problem);
                    archive.capsule(chain.newest().map(Epoch::number).orElse(0L));
                    unfinished.addAll(archive.unfinishedBases());
                });
        files();
        return new Verification(
                begun.toString(),
                HostName.here(),
                whole,
                upTo,
                segments,
                bytes,
                unfinished,
                problems);
    }

    /** Which files there should be only the rows know. */
    private void files() {
        List<String> names = archive.blobs().names();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            finding(
                    "file " + name,
                    () -> bytes += archive.blobs().read(name).map(file -> file.length).orElse(0));
            progress.read("file " + name, i + 1L, names.size());
        }
    }

    /** All that the chain has, also what no base needs any more. */
    private static List<SegmentRef> refs(Chain chain) {
        List<SegmentRef> refs = new ArrayList<>();
        for (Chain.Link link : chain.links()) {
            for (long sequence : link.segments()) {
                refs.add(new SegmentRef(link.epoch().number(), sequence));
            }
        }
        return refs;
    }

    private boolean isWhole(BaseManifest base, List<BaseManifest> all, long of) {
        int before = problems.size();
        finding(
                "base " + base.id(),
                () -> {
                    List<BaseManifest> line = BaseLayers.line(base, all);
                    BaseLayers.read(archive, line);
                    for (BaseManifest under : line) {
                        if (!wholeBases.computeIfAbsent(under.id(), id -> packs(under, of))) {
                            problem(
                                    "base %s cannot be restored: base %s under it is damaged"
                                            .formatted(base.id(), under.id()));
                        }
                    }
                });
        return problems.size() == before;
    }

    /** All blocks that a base holds itself. */
    private boolean packs(BaseManifest base, long of) {
        int before = problems.size();
        finding("base " + base.id(), () -> new Packs(base, of).check(archive.index(base.id())));
        return problems.size() == before;
    }

    private void log(List<SegmentRef> refs, Set<ForkPoint> starts, long packs, long of) {
        LogProof proof = new LogProof();
        String previous = null;
        for (SegmentRef ref : refs) {
            String name = "segment %d of epoch %d".formatted(ref.sequence(), ref.epoch());
            Optional<SealedSegment> read = segment(name, ref);
            progress.read(name, packs + ++segments, of);
            if (read.isEmpty()) {
                previous = null;
                proof = new LogProof();
                continue;
            }
            SealedSegment found = read.get();
            if (previous != null && !found.segment().previous().equals(previous)) {
                problem(name + " does not follow the one before it");
            }
            for (LogChunk chunk : found.segment().chunks()) {
                bytes += chunk.bytes().length;
                proof.add(chunk).ifPresent(why -> problem(name + ": " + why));
            }
            previous = found.hash();
            ForkPoint here =
                    new ForkPoint(ref.epoch(), ref.sequence(), found.hash(), found.segment().end());
            upTo = Optional.of(here);
            for (ForkPoint start : starts) {
                if (start.epoch() == here.epoch()
                        && start.sequence() == here.sequence()
                        && !start.equals(here)) {
                    problem("a base begins after " + name + ", but not after what lies there");
                }
            }
        }
        proof.finish().ifPresent(this::problem);
    }

    private Optional<SealedSegment> segment(String name, SegmentRef ref) {
        List<SealedSegment> read = new ArrayList<>();
        finding(name, () -> read.add(archive.segment(ref.epoch(), ref.sequence())));
        return read.stream().findFirst();
    }

    /** Runs a step; what is wrong with the archive becomes a finding, anything else goes on up. */
    private void finding(String what, Runnable step) {
        try {
            step.run();
        } catch (BackupException e) {
            boolean found =
                    e.fault() == BackupFault.OBJECT_DAMAGED
                            || e.fault() == BackupFault.OBJECT_MISSING
                            || e.fault() == BackupFault.LOG_NOT_CONTIGUOUS;
            if (!found) {
                throw e;
            }
            problem(what + ": " + e.what() + ": " + e.why());
        }
    }

    private void problem(String what) {
        if (problems.size() < REPORTED) {
            problems.add(what);
        }
        progress.problem(what);
    }

    /** The packs of one base as one row of blocks. */
    private final class Packs {
        private final BaseManifest base;
        private final long of;
        private byte[] pack = new byte[0];
        private int next = 1;
        private int at;

        Packs(BaseManifest base, long of) {
            this.base = base;
            this.of = of;
        }

        void check(BaseIndex index) {
            for (BaseIndex.Run run : index.runs()) {
                BaseFile file = base.files().get(run.file());
                for (int i = 0; i < run.count(); i++) {
                    block(file, run, i);
                }
            }
            if (at < pack.length || next <= base.packs().size()) {
                problem("base " + base.id() + " has more bytes than its index names");
            }
        }

        private void block(BaseFile file, BaseIndex.Run run, int i) {
            int length = file.blockLength(run.first() + i);
            if (at == pack.length) {
                read();
            }
            if (pack.length - at < length) {
                throw new BackupException(
                        BackupFault.OBJECT_DAMAGED,
                        "reading base " + base.id(),
                        "its packs end in the middle of " + file.path(),
                        "restore from another base");
            }
            byte[] mark = BaseIndex.mark(pack, at, length);
            int from = i * BaseIndex.MARK;
            if (!Arrays.equals(mark, 0, BaseIndex.MARK, run.marks(), from, from + BaseIndex.MARK)) {
                problem(
                        "base %s: block %d of %s differs from its mark"
                                .formatted(base.id(), run.first() + i, file.path()));
            }
            at += length;
        }

        private void read() {
            pack = archive.pack(base.id(), next);
            bytes += pack.length;
            at = 0;
            progress.read("pack %d of base %s".formatted(next, base.id()), next, of);
            next++;
        }
    }
}
