/** Tests of names. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.names;
