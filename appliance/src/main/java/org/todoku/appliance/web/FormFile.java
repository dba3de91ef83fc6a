package org.todoku.appliance.web;

/** A file that came with a form. {@code name} is what the sender calls it. */
// Never compared.
@SuppressWarnings("ArrayRecordComponent")
public record FormFile(String name, byte[] content) {}
