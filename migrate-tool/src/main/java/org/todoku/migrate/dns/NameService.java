package org.todoku.migrate.dns;

/** Somebody who keeps names. */
public interface NameService {
    /** Which, for messages. */
    String text();

    /**
     * Makes each name lead to these addresses and no other. Comes back when that is taken, which is
     * not yet when everybody knows.
     *
     * @throws NameException when it was not taken; some names may be changed
     */
    void point(Destination to);
}
