/**
 * The web shell: what every page and API call shares. Limits, deadlines, security headers, the one
 * place where errors become answers, languages, forms, files. Knows no page by name; the pages lie
 * in {@code web.member}, {@code web.console} and {@code web.api} and hand their routes in.
 *
 * <p>Promises: no request waits longer than its deadline; more load than the written limits gets an
 * honest 503 at once; no answer carries a stack trace.
 */
@NullMarked
package org.todoku.appliance.web;

import org.jspecify.annotations.NullMarked;
