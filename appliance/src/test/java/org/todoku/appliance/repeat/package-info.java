/** Tests of what members answer. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.repeat;
