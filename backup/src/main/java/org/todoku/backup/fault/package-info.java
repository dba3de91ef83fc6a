/** What can go wrong in this module: one table, one exception. Imports nothing of ours. */
@NullMarked
package org.todoku.backup.fault;

import org.jspecify.annotations.NullMarked;
