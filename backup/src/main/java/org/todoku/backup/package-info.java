/** Every committed byte in a second place, and back. Knows nothing of mail or web. */
@NullMarked
package org.todoku.backup;

import org.jspecify.annotations.NullMarked;
