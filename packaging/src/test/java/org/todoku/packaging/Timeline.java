package org.todoku.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What happened when, since the beginning; printed as it happens and kept in a file. */
final class Timeline {
    private final long begun = System.nanoTime();
    private final List<String> lines = new ArrayList<>();
    private final Path file;

    Timeline(Path file) {
        this.file = file;
    }

    @SuppressWarnings("AnnotateFormatMethod") // Its annotations are no dependency of ours.
    synchronized void add(String text, Object... values) throws IOException {
        double seconds = (System.nanoTime() - begun) / 1e9;
        String line = "%7.1f s  %s".formatted(seconds, text.formatted(values));
        System.out.println("figure: story " + line);
        lines.add(line);
        Files.createDirectories(file.getParent());
        Files.write(file, lines);
    }
}
