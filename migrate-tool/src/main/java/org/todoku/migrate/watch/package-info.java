/**
 * Looking at the service from another machine, and raising the alarm.
 *
 * <p>Imports: the backup's archive, the appliance's status page and delivery. Promises: an alarm is
 * raised once when something goes wrong and once when it is right again; silence is judged by this
 * machine's own monotonic clock; an alarm that cannot be sent is said and tried again.
 */
@NullMarked
package org.todoku.migrate.watch;

import org.jspecify.annotations.NullMarked;
