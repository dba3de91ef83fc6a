-- The pictures and PDFs of a mail that waits for its sender's second word: as inbound.ProxyFiles writes them.
ALTER TABLE proxy_draft ADD COLUMN files VARCHAR(4000) DEFAULT '' NOT NULL;
