package org.todoku.backup.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/** The contract on two real servers, and the probe that must tell the good from the bad. */
class S3ObjectsIT {
    @TempDir static Path folder;

    @BeforeAll
    static void credentials() {
        System.setProperty("aws.accessKeyId", S3Server.ACCESS);
        System.setProperty("aws.secretAccessKey", S3Server.SECRET);
    }

    @Nested
    class OnS3Proxy extends ObjectStoreContract {
        private static S3Server server;

        @BeforeAll
        static void start() throws Exception {
            server = S3Server.s3proxy(folder);
        }

        @AfterAll
        static void stop() {
            server.close();
        }

        @Override
        ObjectStore open() {
            return ObjectStores.open(server.location(UUID.randomUUID().toString()));
        }

        @Test
        void passesTheProbe() {
            try (ObjectStore store = open()) {
                assertThat(new BucketProbe(store, InstantSource.system()).run())
                        .allMatch(BucketProbe.Check::kept);
                assertThat(store.list("")).isEmpty();
            }
        }

        @Test
        void namesAMissingBucketAndAWrongSecret() {
            var place =
                    StoreLocation.of(
                            "s3://no-such-bucket/x",
                            server.endpoint().toString(),
                            "us-east-1",
                            true);
            try (ObjectStore store = ObjectStores.open(place)) {
                assertFault(() -> store.get("a"), BackupFault.STORE_REFUSED, "bucket");
            }
            System.setProperty("aws.secretAccessKey", "wrong");
            try (ObjectStore store = open()) {
                assertFault(() -> store.get("a"), BackupFault.STORE_REFUSED, "access key");
            } finally {
                credentials();
            }
        }

        @Test
        void saysThatAnEndpointDoesNotAnswer() {
            var place = StoreLocation.of("s3://b/x", "http://127.0.0.1:9", "us-east-1", true);
            try (ObjectStore store = ObjectStores.open(place)) {
                assertFault(() -> store.get("a"), BackupFault.STORE_UNREACHABLE, "endpoint");
            }
        }

        private static void assertFault(
                org.assertj.core.api.ThrowableAssert.ThrowingCallable call,
                BackupFault fault,
                String says) {
            assertThatThrownBy(call)
                    .isInstanceOfSatisfying(
                            BackupException.class,
                            e -> {
                                assertThat(e.fault()).isEqualTo(fault);
                                assertThat(e).hasMessageContaining(says);
                            });
        }
    }

    @Nested
    class OnS3Mock extends ObjectStoreContract {
        private static S3Server server;

        @BeforeAll
        static void start() throws Exception {
            server = S3Server.s3mock(folder);
        }

        @AfterAll
        static void stop() {
            server.close();
        }

        @Override
        ObjectStore open() {
            return ObjectStores.open(server.location(UUID.randomUUID().toString()));
        }

        /** Two of eight racing writers are told that they won, in a third of the rounds. */
        @Test
        void isRefusedByTheProbe() {
            try (ObjectStore store = open()) {
                assertThat(new BucketProbe(store, InstantSource.system()).run())
                        .filteredOn(check -> check.name().equals("create-races"))
                        .noneMatch(BucketProbe.Check::kept);
            }
        }
    }
}
