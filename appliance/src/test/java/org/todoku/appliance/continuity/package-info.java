/** Tests of the appliance's end of the backup. */
@NullMarked
package org.todoku.appliance.continuity;

import org.jspecify.annotations.NullMarked;
