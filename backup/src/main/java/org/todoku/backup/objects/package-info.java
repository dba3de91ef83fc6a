/**
 * Where an archive lies: a store of immutable objects in a folder or an S3 bucket, its retrying
 * decorator, and the probe that finds out what a store really keeps. Imports fault.
 */
@NullMarked
package org.todoku.backup.objects;

import org.jspecify.annotations.NullMarked;
