package org.todoku.appliance.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Attachments;

/** Answers with the n-th file of a message. */
public final class AttachedFile {
    private AttachedFile() {}

    /**
     * @param place 0 for the first, as text out of the path
     */
    public static Reply of(Attachments attachments, List<Attachment> all, String place) {
        Optional<Attachment> found =
                place.matches("[0-9]") && Integer.parseInt(place) < all.size()
                        ? Optional.of(all.get(Integer.parseInt(place)))
                        : Optional.empty();
        Attachment attachment =
                found.orElseThrow(() -> Problem.notFound("There is no such attachment."));
        byte[] content =
                attachments
                        .content(attachment)
                        .orElseThrow(() -> Problem.notFound("This file is not there any more."));
        String name =
                URLEncoder.encode(attachment.name(), StandardCharsets.UTF_8).replace("+", "%20");
        return new Reply(200, attachment.type().media(), content, List.of())
                .with("Content-Disposition", "inline; filename*=UTF-8''" + name)
                .with("Cache-Control", "private, max-age=86400, immutable");
    }
}
