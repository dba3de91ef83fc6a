/**
 * {@code todoku bench}: the product measured against its own promises, on the machine at hand. May
 * import the backup and Picocli; nothing of the server, and nothing of it is used by the server.
 */
@NullMarked
package org.todoku.appliance.bench;

import org.jspecify.annotations.NullMarked;
