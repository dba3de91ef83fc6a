/**
 * The API under {@code /api/v1/}, as CONTRACT.md and {@code openapi.json} describe it. Imports web
 * and the features' doors.
 *
 * <p>Promises: no answer ever holds a member's address; ids are decimal strings; unknown fields in
 * a request are refused, so that a misspelt one is not silently lost.
 */
@NullMarked
package org.todoku.appliance.web.api;

import org.jspecify.annotations.NullMarked;
