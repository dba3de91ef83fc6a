/** Tests of whether mail would leave. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.delivery.health;
