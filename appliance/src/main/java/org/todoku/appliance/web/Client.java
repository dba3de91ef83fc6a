package org.todoku.appliance.web;

import io.helidon.common.socket.PeerInfo;
import java.net.InetSocketAddress;
import java.util.Map;

/**
 * Who calls. A proxy on this machine is believed about the address it forwards for; nobody else is,
 * since anybody can write that header.
 */
record Client(String address, boolean loopback) {
    private static final String FORWARDED = "x-forwarded-for";

    static Client of(PeerInfo peer, Map<String, String> headers) {
        boolean near =
                peer.address() instanceof InetSocketAddress inet
                        && inet.getAddress() != null
                        && inet.getAddress().isLoopbackAddress();
        String forwarded = headers.get(FORWARDED);
        if (near && forwarded != null) {
            String[] hops = forwarded.split(",", -1);
            return new Client(hops[hops.length - 1].strip(), false);
        }
        return new Client(peer.host(), near);
    }
}
