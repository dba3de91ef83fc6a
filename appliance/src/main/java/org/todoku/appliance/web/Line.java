package org.todoku.appliance.web;

import io.helidon.websocket.WsListener;
import java.util.function.Supplier;

/**
 * A path at which a program keeps a line open (a WebSocket) instead of asking.
 *
 * @param listener one for each line; it looks who comes itself
 */
public record Line(String path, Supplier<WsListener> listener) {}
