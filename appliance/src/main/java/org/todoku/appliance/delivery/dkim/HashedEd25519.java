package org.todoku.appliance.delivery.dkim;

import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * {@code ed25519-sha256} of RFC 8463 section 3: what is signed by Ed25519 is the SHA-256 hash of
 * the text. The JDK has the two halves but not the two together.
 */
final class HashedEd25519 extends SignatureSpi {
    private final MessageDigest hash;
    private final Signature ed25519;

    HashedEd25519() throws NoSuchAlgorithmException {
        this.hash = MessageDigest.getInstance("SHA-256");
        this.ed25519 = Signature.getInstance("Ed25519");
    }

    @Override
    protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
        hash.reset();
        ed25519.initSign(key);
    }

    @Override
    protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
        hash.reset();
        ed25519.initVerify(key);
    }

    @Override
    protected void engineUpdate(byte b) {
        hash.update(b);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int from, int length) {
        hash.update(bytes, from, length);
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        ed25519.update(hash.digest());
        return ed25519.sign();
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        ed25519.update(hash.digest());
        return ed25519.verify(signature);
    }

    @Override
    protected void engineSetParameter(@Nullable AlgorithmParameterSpec none)
            throws InvalidAlgorithmParameterException {
        if (none != null) {
            throw new InvalidAlgorithmParameterException("ed25519-sha256 has no parameters");
        }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new UnsupportedOperationException("ed25519-sha256 has no parameters");
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new UnsupportedOperationException("ed25519-sha256 has no parameters");
    }
}
