/** Tests of the commands, run in this process as a shell would run them. */
@NullMarked
package org.todoku.migrate;

import org.jspecify.annotations.NullMarked;
