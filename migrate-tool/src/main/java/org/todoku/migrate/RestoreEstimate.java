package org.todoku.migrate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.restore.RestorePlan;
import org.todoku.backup.restore.RestoreTarget;
import org.todoku.backup.volume.LogPosition;
import org.todoku.migrate.runbook.Estimate;

/**
 * How long a restore takes: what is downloaded by the rate of the download, and what Derby redoes
 * by the rate of that. The bytes are those that lie in the archive; the first rate is measured
 * where there is time for it.
 */
final class RestoreEstimate {
    /** Redo, on an idle machine with 2 cores: {@code todoku bench restore} prints yours. */
    private static final long REDO = 19L << 20;

    /** Where the download is not measured: a disk, or a bucket in the same region. */
    private static final long DOWNLOAD = 50L << 20;

    /** Reading the restored tables once, and their indexes. */
    private static final long CHECK = 60L << 20;

    /** As Derby switches to the next one ({@code derby.storage.logSwitchInterval}). */
    private static final long LOG_FILE = 1L << 20;

    private static final long WORTH_MEASURING = 1L << 20;

    private final long download;
    private final long redo;
    private final long bytes;
    private final long rate;

    private RestoreEstimate(long download, long redo, long bytes, long rate) {
        this.download = download;
        this.redo = redo;
        this.bytes = bytes;
        this.rate = rate;
    }

    /** Of the newest state; lists the archive and reads one pack of it. */
    static RestoreEstimate newest(Archive archive) {
        Chain chain = Chain.read(archive);
        RestorePlan plan = RestorePlan.of(chain, archive.catalogue(), new RestoreTarget.Newest());
        LogPosition end = chain.tail().map(ForkPoint::end).orElse(plan.base().end());
        return of(archive, plan, end, true);
    }

    /** Lists the archive; reads one pack too where it is to be measured. */
    static RestoreEstimate of(Archive archive, RestorePlan plan, LogPosition end, boolean measure) {
        long download = 0;
        for (BaseManifest base : plan.bases()) {
            download += sizes(archive.store().list("base/" + base.id() + "/"));
        }
        Map<Long, Long> epochs =
                plan.segments().stream()
                        .collect(Collectors.groupingBy(s -> s.epoch(), Collectors.counting()));
        for (Map.Entry<Long, Long> epoch : epochs.entrySet()) {
            List<ObjectInfo> log = archive.store().list("log/" + Archive.pad(epoch.getKey()) + "/");
            // An epoch's objects are about the same size; those before the base are not read.
            long all = Math.max(1, archive.segments(epoch.getKey()).size());
            download += sizes(log) * Math.min(epoch.getValue(), all) / all;
        }
        LogPosition base = plan.base().end();
        long files = end.file() - plan.base().logStart();
        long redo = Math.max(0, files * LOG_FILE + end.offset() - (files == 0 ? base.offset() : 0));
        long rate = measure ? measured(archive, plan) : DOWNLOAD;
        return new RestoreEstimate(download, redo, plan.base().bytes(), rate);
    }

    Estimate restore() {
        return Estimate.ofBytes("download", download, rate);
    }

    Estimate check() {
        return Estimate.ofBytes("redo", redo, REDO)
                .plus(Estimate.ofBytes("read", bytes, CHECK))
                .plus(new Estimate(Duration.ofMillis(500), "0.5 s"));
    }

    private static long measured(Archive archive, RestorePlan plan) {
        List<ObjectInfo> packs =
                archive.store().list("base/" + plan.bases().getFirst().id() + "/pack-");
        if (packs.isEmpty() || packs.getFirst().size() < WORTH_MEASURING) {
            return DOWNLOAD;
        }
        long begun = System.nanoTime();
        archive.pack(plan.bases().getFirst().id(), 1);
        double seconds = (System.nanoTime() - begun) / 1e9;
        return (long) (packs.getFirst().size() / Math.max(seconds, 0.001));
    }

    private static long sizes(List<ObjectInfo> objects) {
        return objects.stream().mapToLong(ObjectInfo::size).sum();
    }
}
