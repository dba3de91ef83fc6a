package org.todoku.backup.objects;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Reads an object of a bucket: one that is not large with one request, a larger one in parts of
 * {@value #PART} bytes, {@value #AT_ONCE} at a time, since one connection to a bucket is slower
 * than the line. All parts are of the same object, or the read fails.
 */
final class RangedGet {
    static final int PART = 8 * 1024 * 1024;
    private static final int AT_ONCE = 4;
    private static final int NO_SUCH_RANGE = 416;

    private final S3Client client;
    private final String bucket;
    private final String key;

    RangedGet(S3Client client, String bucket, String key) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
    }

    byte[] read() {
        ResponseBytes<GetObjectResponse> first;
        try {
            first = client.getObjectAsBytes(r -> r.bucket(bucket).key(key).range(range(0)));
        } catch (S3Exception e) {
            if (e.statusCode() != NO_SUCH_RANGE) {
                throw e;
            }
            // An object of no bytes has no first part.
            return client.getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArray();
        }
        long size = size(first.response().contentRange());
        byte[] part = first.asByteArrayUnsafe();
        return size <= part.length ? part : rest(part, Math.toIntExact(size), first.response());
    }

    private byte[] rest(byte[] first, int size, GetObjectResponse of) {
        byte[] whole = new byte[size];
        System.arraycopy(first, 0, whole, 0, first.length);
        List<Callable<Boolean>> reads = new ArrayList<>();
        for (int from = first.length; from < size; from += PART) {
            int at = from;
            reads.add(
                    () -> {
                        byte[] part = part(at, of.eTag());
                        if (part.length != Math.min(PART, size - at)) {
                            throw SdkClientException.create("a part of " + key + " was cut");
                        }
                        System.arraycopy(part, 0, whole, at, part.length);
                        return true;
                    });
        }
        try (ExecutorService threads =
                Executors.newFixedThreadPool(AT_ONCE, Thread.ofVirtual().factory())) {
            for (Future<Boolean> read : threads.invokeAll(reads)) {
                read.get();
            }
            return whole;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw SdkClientException.create("reading a part of " + key, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SdkClientException.create("reading " + key + " was interrupted", e);
        }
    }

    private byte[] part(int from, String etag) {
        return client.getObjectAsBytes(
                        r -> r.bucket(bucket).key(key).range(range(from)).ifMatch(etag))
                .asByteArrayUnsafe();
    }

    private static String range(long from) {
        return "bytes=" + from + "-" + (from + PART - 1);
    }

    /** Of {@code bytes 0-99/1234} the last; 0 from a store that has sent all of it. */
    private static long size(@org.jspecify.annotations.Nullable String contentRange) {
        if (contentRange == null || contentRange.endsWith("*")) {
            return 0;
        }
        return Long.parseLong(contentRange.substring(contentRange.indexOf('/') + 1));
    }
}
