package org.todoku.appliance.web.console;

import java.util.ArrayList;
import java.util.List;
import org.todoku.appliance.web.SystemState;
import org.todoku.appliance.web.SystemState.Standing;

/**
 * What stands above each page of the console while the machine is in trouble.
 *
 * @param notices the gravest first; none while all is well
 */
public record Banner(List<Notice> notices) {
    /**
     * One of them.
     *
     * @param key of its text; with {@code .text} behind it, of what it means
     * @param grave whether something has to be done, or cannot be done
     */
    public record Notice(String key, boolean grave) {}

    /** For this moment. */
    public static Banner of(SystemState.Snapshot now) {
        List<Notice> notices = new ArrayList<>();
        now.archive()
                .ifPresent(
                        archive -> {
                            if (archive.standing() == Standing.ENDED) {
                                notices.add(new Notice("banner.ended", true));
                            } else if (archive.standing() == Standing.NOT_ASKED) {
                                notices.add(new Notice("banner.not-asked", true));
                            }
                        });
        boolean archived =
                now.archive().filter(Banner::answers).isPresent()
                        || now.standbys().stream().anyMatch(s -> s.fed() && s.counts());
        switch (now.storage().level()) {
            case NORMAL, SLOW -> {}
            case STALLED ->
                    notices.add(
                            archived
                                    ? new Notice("banner.stalled", false)
                                    : new Notice("banner.stalled.alone", true));
            case ISOLATED -> notices.add(new Notice("banner.isolated", true));
        }
        boolean silent =
                now.archive()
                        .filter(archive -> archive.standing() == Standing.WRITER)
                        .filter(archive -> archive.trouble().isPresent())
                        .isPresent();
        if (silent) {
            notices.add(new Notice("banner.archive", false));
        }
        if (now.standbys().stream().anyMatch(standby -> standby.trouble().isPresent())) {
            notices.add(new Notice("banner.standby.lost", true));
        } else if (now.standbys().stream().anyMatch(standby -> !standby.fed())) {
            notices.add(new Notice("banner.standby", false));
        }
        return new Banner(List.copyOf(notices));
    }

    private static boolean answers(SystemState.Archive archive) {
        return archive.standing() == Standing.WRITER && archive.trouble().isEmpty();
    }
}
