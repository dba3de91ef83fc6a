/**
 * Runbooks: named steps, each with a check, an act, an undo where one exists and an estimate. A run
 * writes a journal, so that it goes on after a crash, and leaves a report.
 *
 * <p>Imports nothing else of ours: it does not know what the steps do. Promises: a step that is
 * done is not done again; until the point of no return a failure or Ctrl-C undoes what was begun,
 * in reverse (I6); after it nothing is undone and the same command goes on.
 */
@NullMarked
package org.todoku.migrate.runbook;

import org.jspecify.annotations.NullMarked;
