/** Tests of the status page outside. */
@NullMarked
package org.todoku.appliance.continuity.outside;

import org.jspecify.annotations.NullMarked;
