package org.todoku.appliance.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;

/**
 * What the SPF library asks, asked through our names: its own way would answer out of a memory that
 * all of the process shares, also when something was just changed.
 */
public final class SpfNames implements DNSService {
    private static final int LIMIT = 10;

    private final Names names;

    public SpfNames(Names names) {
        this.names = names;
    }

    @Override
    public List<String> getRecords(DNSRequest request) throws TimeoutException {
        String name = request.getHostname();
        try {
            return switch (request.getRecordType()) {
                case DNSRequest.A, DNSRequest.AAAA ->
                        names.addresses(name).stream().map(InetAddress::getHostAddress).toList();
                case DNSRequest.MX ->
                        names.exchanges(name).stream().map(Names.Exchange::host).toList();
                case DNSRequest.PTR -> names.pointers(InetAddress.getByName(name));
                case DNSRequest.TXT -> names.texts(name);
                // The type SPF was given up (RFC 7208 section 3.1).
                default -> List.of();
            };
        } catch (LookupFailedException | UnknownHostException e) {
            throw new TimeoutException(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
        try {
            return CompletableFuture.completedFuture(getRecords(request));
        } catch (TimeoutException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public List<String> getLocalDomainNames() {
        return List.of();
    }

    @Override
    public void setTimeOut(int seconds) {
        // Ours is a few seconds for each question.
    }

    @Override
    public int getRecordLimit() {
        return LIMIT;
    }

    @Override
    public void setRecordLimit(int limit) {
        // RFC 7208 section 4.6.4 sets it.
    }
}
