/** Tests of messages that come again. */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.message;
