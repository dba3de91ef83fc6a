package org.todoku.appliance.continuity.outside;

/** What a browser must be told of a published file. */
final class ContentTypes {
    private ContentTypes() {}

    static String of(String name) {
        return name.endsWith(".html") ? "text/html; charset=utf-8" : "application/json";
    }
}
