/** Tests of the file that an organisation leaves in. */
@NullMarked
package org.todoku.appliance.portable;

import org.jspecify.annotations.NullMarked;
