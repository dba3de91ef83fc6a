-- The content lies beside the database, named by its SHA-256 (docs/adr/0021).
CREATE TABLE attachment (
  message_id BIGINT NOT NULL REFERENCES message(id),
  place INTEGER NOT NULL,
  name VARCHAR(200) NOT NULL,
  type VARCHAR(40) NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 CHAR(64) NOT NULL,
  PRIMARY KEY (message_id, place)
);
