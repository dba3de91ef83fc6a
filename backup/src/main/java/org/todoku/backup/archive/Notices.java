package org.todoku.backup.archive;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;

/**
 * The objects {@code notice/…}: the ledger of mails that are sent while there is no server. Each
 * batch is claimed by a create-only object before its first mail leaves, and its outcomes follow in
 * another; so after any crash, and with two senders at once, each mail was handed over, certainly
 * not sent, or is in doubt. Thread-safe.
 */
public final class Notices {
    private static final String PREFIX = "notice/";

    private final Archive archive;

    public Notices(Archive archive) {
        this.archive = archive;
    }

    /** Begins a notice; false when one of this id was begun before. */
    public boolean begin(Notice notice) {
        return created(key(notice.id(), "notice"), Json.write(notice));
    }

    /** Claims a batch, numbered from 1; false when somebody else has it. */
    public boolean claim(String id, int batch, NoticeBatch claimed) {
        return created(key(id, "claim-%06d".formatted(batch)), Json.write(claimed));
    }

    /** Tells what became of a batch that was claimed. */
    public void ended(String id, int batch, NoticeBatch outcomes) {
        archive.create(key(id, "ended-%06d".formatted(batch)), Json.write(outcomes));
    }

    /** All notices, oldest first. Lists. */
    public List<Notice> all() {
        List<Notice> all = new ArrayList<>();
        for (ObjectInfo found : archive.store().list(PREFIX)) {
            if (found.key().endsWith("/notice")) {
                all.add(read(found.key(), Notice.class));
            }
        }
        return all;
    }

    /** One of them, if it was begun. */
    public Optional<Notice> find(String id) {
        return all().stream().filter(notice -> notice.id().equals(id)).findFirst();
    }

    /**
     * What is known of each recipient: the outcome where there is one, else {@code claimed}. Lists.
     */
    public Map<Long, NoticeBatch.Result> results(String id) {
        Map<String, NoticeBatch> batches = new TreeMap<>();
        for (ObjectInfo found : archive.store().list(key(id, ""))) {
            String name = found.key().substring(key(id, "").length());
            if (!name.equals("notice")) {
                batches.put(name, read(found.key(), NoticeBatch.class));
            }
        }
        Map<Long, NoticeBatch.Result> results = new LinkedHashMap<>();
        // "claim" before "ended": what is known of the end counts.
        batches.values()
                .forEach(batch -> batch.results().forEach(r -> results.put(r.recipient(), r)));
        return results;
    }

    /** How many batches were claimed. Lists. */
    public int claimed(String id) {
        return archive.store().list(key(id, "claim-")).size();
    }

    private boolean created(String key, byte[] content) {
        try {
            archive.create(key, content);
            return true;
        } catch (BackupException e) {
            if (e.fault() == BackupFault.FORK) {
                return false;
            }
            throw e;
        }
    }

    private <T> T read(String key, Class<T> type) {
        return Archive.parse(key, archive.read(key), type);
    }

    private static String key(String id, String name) {
        return PREFIX + id + "/" + name;
    }
}
