/** Tests of the runbook engine, with steps that write files and processes that are killed. */
@NullMarked
package org.todoku.migrate.runbook;

import org.jspecify.annotations.NullMarked;
