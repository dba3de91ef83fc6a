package org.todoku.backup.archive;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The name of this host, for people: nothing is decided by it. */
public final class HostName {
    private HostName() {}

    public static String here() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
