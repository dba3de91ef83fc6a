/**
 * What members answer to messages that ask something: one choice each, by a tap or by a reply.
 *
 * <p>Imports message, member, store and kernel. Promises: the last answer of a person counts, and
 * words that name no choice, or several, are never guessed at.
 */
@org.jspecify.annotations.NullMarked
package org.todoku.appliance.survey;
