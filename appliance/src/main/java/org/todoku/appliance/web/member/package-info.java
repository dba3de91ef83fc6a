/**
 * The pages of members under {@code /m/}: reading a message, one's own profile, leaving. The link
 * is the authority; nobody signs in. Imports web and the features' doors.
 *
 * <p>Promises: reading a page counts as read only by a human step, since scanners fetch every link;
 * a link to a message opens that message and nothing else, because people forward mails.
 */
@NullMarked
package org.todoku.appliance.web.member;

import org.jspecify.annotations.NullMarked;
