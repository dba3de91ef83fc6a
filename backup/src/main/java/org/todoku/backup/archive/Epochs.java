package org.todoku.backup.archive;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/** The objects {@code epoch/…}: readable by anybody, believed only with their mac. Thread-safe. */
final class Epochs {
    private static final String PREFIX = "epoch/";
    private static final String SUFFIX = ".json";
    private static final Pattern NUMBERED = Pattern.compile("^[a-z]+/(\\d{8})(?!\\d)");

    private final ObjectStore store;
    private final SignedJson signed;

    Epochs(ObjectStore store, SignedJson signed) {
        this.store = store;
        this.signed = signed;
    }

    /**
     * The highest. What lies under an epoch is looked at before the epochs themselves, so that one
     * that is begun meanwhile does not look as if its own object were gone. Lists.
     *
     * @throws BackupException {@code OBJECT_MISSING} when an epoch that was written under is not
     *     there: without it the archive would end where the one before it ended
     */
    Optional<Epoch> newest() {
        long written = Math.max(last("log/"), last("capsule/"));
        Optional<String> newest =
                store.list(PREFIX).stream()
                        .map(ObjectInfo::key)
                        .filter(key -> key.endsWith(SUFFIX))
                        .max(Comparator.naturalOrder());
        if (newest.map(Epochs::number).orElse(0L) < written) {
            throw Archive.missing(key(written) + ", under which objects lie, in " + at());
        }
        return newest.map(key -> read(key).orElseThrow(() -> Archive.missing(key + " in " + at())));
    }

    Optional<Epoch> epoch(long number) {
        return read(key(number));
    }

    /** Claims one. False when somebody else has it. */
    boolean claim(Epoch epoch) {
        String key = key(epoch.number());
        // A lost reply and a second try find our own claim: it names our owner and moment.
        return store.create(key, signed.write(key, epoch))
                || read(key).filter(epoch::equals).isPresent();
    }

    /**
     * Whether the epoch after this one was claimed, also by somebody whose key replaced ours: what
     * can not be read any more is no reason to go on writing.
     */
    boolean isOver(long number) {
        try {
            return epoch(number + 1).isPresent();
        } catch (BackupException e) {
            if (e.fault() == BackupFault.WRONG_KEY) {
                return true;
            }
            throw e;
        }
    }

    /** The newest epoch when it is later than this one and can be read. */
    Optional<Epoch> successor(long number) {
        try {
            return newest().filter(epoch -> epoch.number() > number);
        } catch (BackupException e) {
            if (e.fault() == BackupFault.WRONG_KEY) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Optional<Epoch> read(String key) {
        return store.get(key).map(content -> signed.read(key, content, Epoch.class));
    }

    /** The highest epoch of which something lies under a prefix. */
    private long last(String prefix) {
        return store.list(prefix).stream().mapToLong(info -> number(info.key())).max().orElse(0);
    }

    /** The number at the begin of an object's name; 0 for what is no object of ours. */
    private static long number(String key) {
        Matcher matcher = NUMBERED.matcher(key);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    static String key(long number) {
        return PREFIX + Archive.pad(number) + SUFFIX;
    }

    private String at() {
        return store.location();
    }
}
