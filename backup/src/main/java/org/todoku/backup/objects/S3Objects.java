package org.todoku.backup.objects;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Objects in an S3-compatible bucket. Keeps to what every provider understands: single signed puts
 * with a length, no chunked encoding, no checksum trailers (other tools' users list a dozen
 * providers that refuse those). Creating means {@code If-None-Match: *}.
 */
public final class S3Objects implements ObjectStore {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final int PRECONDITION_FAILED = 412;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;

    private final StoreLocation place;
    private final S3Client client;

    public S3Objects(StoreLocation place) {
        this.place = place;
        S3ClientBuilder builder =
                S3Client.builder()
                        .region(Region.of(place.region().orElse("us-east-1")))
                        .httpClient(
                                UrlConnectionHttpClient.builder()
                                        .connectionTimeout(CONNECT)
                                        .socketTimeout(CALL)
                                        .build())
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                        .serviceConfiguration(
                                S3Configuration.builder()
                                        .chunkedEncodingEnabled(false)
                                        .pathStyleAccessEnabled(place.pathStyle())
                                        .build())
                        // Retried in one place only: RetryingObjects.
                        .overrideConfiguration(
                                o -> o.apiCallTimeout(CALL).retryStrategy(noRetries()));
        place.endpoint().ifPresent(builder::endpointOverride);
        this.client = builder.build();
    }

    private static software.amazon.awssdk.retries.api.RetryStrategy noRetries() {
        return software.amazon.awssdk.awscore.retry.AwsRetryStrategy.forRetryMode(
                        RetryMode.STANDARD)
                .toBuilder()
                .maxAttempts(1)
                .build();
    }

    @Override
    public boolean create(String key, byte[] content) {
        return attempt(
                "creating",
                key,
                () -> {
                    try {
                        client.putObject(
                                r ->
                                        r.bucket(place.bucket())
                                                .key(place.prefix() + key)
                                                .ifNoneMatch("*"),
                                RequestBody.fromBytes(content));
                        return true;
                    } catch (S3Exception e) {
                        if (e.statusCode() == PRECONDITION_FAILED) {
                            return false;
                        }
                        throw e;
                    }
                });
    }

    @Override
    public void replace(String key, byte[] content) {
        attempt(
                "writing",
                key,
                () ->
                        client.putObject(
                                r ->
                                        r.bucket(place.bucket())
                                                .key(place.prefix() + key)
                                                .contentType(contentType(key))
                                                .cacheControl("no-cache"),
                                RequestBody.fromBytes(content)));
    }

    /** What is replaced may be for browsers to read. */
    private static String contentType(String key) {
        if (key.endsWith(".html")) {
            return "text/html; charset=utf-8";
        }
        return key.endsWith(".json") ? "application/json" : "application/octet-stream";
    }

    @Override
    public Optional<byte[]> get(String key) {
        return attempt(
                "reading",
                key,
                () -> {
                    try {
                        return Optional.of(
                                new RangedGet(client, place.bucket(), place.prefix() + key).read());
                    } catch (NoSuchBucketException e) {
                        throw e;
                    } catch (S3Exception e) {
                        if (e.statusCode() == NOT_FOUND) {
                            return Optional.empty();
                        }
                        throw e;
                    }
                });
    }

    @Override
    public List<ObjectInfo> list(String prefix) {
        String whole = place.prefix() + prefix;
        return attempt(
                "listing",
                prefix,
                () ->
                        client
                                .listObjectsV2Paginator(r -> r.bucket(place.bucket()).prefix(whole))
                                .contents()
                                .stream()
                                .map(
                                        o ->
                                                new ObjectInfo(
                                                        o.key().substring(place.prefix().length()),
                                                        o.size()))
                                .sorted(java.util.Comparator.comparing(ObjectInfo::key))
                                .toList());
    }

    @Override
    public void delete(String key) {
        attempt(
                "deleting",
                key,
                () -> client.deleteObject(r -> r.bucket(place.bucket()).key(place.prefix() + key)));
    }

    @Override
    public Optional<Instant> clock(String key) {
        return attempt(
                "creating",
                key,
                () -> {
                    try {
                        return client.putObject(
                                        r ->
                                                r.bucket(place.bucket())
                                                        .key(place.prefix() + key)
                                                        .ifNoneMatch("*"),
                                        RequestBody.fromBytes(new byte[] {'x'}))
                                .sdkHttpResponse()
                                .firstMatchingHeader("Date")
                                .flatMap(S3Objects::time);
                    } catch (S3Exception e) {
                        if (e.statusCode() == PRECONDITION_FAILED) {
                            // The answer to a first try was lost, and the time with it.
                            return Optional.empty();
                        }
                        throw e;
                    }
                });
    }

    /** RFC 9110, 5.6.7: all dates are IMF-fixdate, always GMT. */
    private static Optional<Instant> time(String date) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    @Override
    public String location() {
        return place.toString();
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> T attempt(String act, String key, Supplier<T> call) {
        try {
            return call.get();
        } catch (SdkException e) {
            throw fault(act + " " + (key.isEmpty() ? "all keys" : key) + " in " + place, e);
        }
    }

    private static BackupException fault(String what, SdkException e) {
        if (e instanceof NoSuchBucketException) {
            return new BackupException(
                    BackupFault.STORE_REFUSED,
                    what,
                    "there is no such bucket",
                    "create the bucket, or correct the archive's url",
                    e);
        }
        if (e instanceof S3Exception s3 && s3.statusCode() < 500 && s3.statusCode() != CONFLICT) {
            if (s3.statusCode() == 501) {
                return new BackupException(
                        BackupFault.STORE_UNFIT,
                        what,
                        String.valueOf(s3.getMessage()),
                        "run the probe",
                        e);
            }
            return new BackupException(
                    BackupFault.STORE_REFUSED,
                    what,
                    s3.statusCode() + " " + s3.getMessage(),
                    "do the access key, its rights and the region fit the bucket?",
                    e);
        }
        return new BackupException(
                BackupFault.STORE_UNREACHABLE,
                what,
                String.valueOf(e.getMessage()),
                "does the endpoint answer from here, are AWS_ACCESS_KEY_ID and"
                        + " AWS_SECRET_ACCESS_KEY set?",
                e);
    }
}
