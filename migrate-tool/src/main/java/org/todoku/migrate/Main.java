package org.todoku.migrate;

/** The command line {@code todoku-migrate}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(2);
    }
}
