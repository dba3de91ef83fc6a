package org.todoku.backup.objects;

/** An object as a listing shows it; the size is in bytes. */
public record ObjectInfo(String key, long size) {}
