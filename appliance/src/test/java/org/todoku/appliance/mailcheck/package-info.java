/** Tests of mailcheck. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.mailcheck;
