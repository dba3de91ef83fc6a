/** Tests of sending without a relay. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.delivery.direct;
