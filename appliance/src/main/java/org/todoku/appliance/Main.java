package org.todoku.appliance;

/** The command line {@code todoku}. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.exit(2);
    }
}
