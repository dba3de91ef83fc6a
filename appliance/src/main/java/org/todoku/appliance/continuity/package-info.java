/**
 * What keeps the service going when its disk or its host does not: the archive, the claims that
 * wait for it, the gate that closes when this host is fenced. The only package that uses {@code
 * org.todoku.backup}; may import inbound and below.
 */
@NullMarked
package org.todoku.appliance.continuity;

import org.jspecify.annotations.NullMarked;
