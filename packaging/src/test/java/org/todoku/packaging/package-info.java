/** Acceptance tests: they start the real processes, as a person would. */
@NullMarked
package org.todoku.packaging;

import org.jspecify.annotations.NullMarked;
