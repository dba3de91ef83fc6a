-- Who may send to an audience by a mail from their phone, and what waits for their second word.
CREATE TABLE proxy_sender (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  address VARCHAR(320) NOT NULL,
  address_key VARCHAR(254) NOT NULL,
  name VARCHAR(200) NOT NULL,
  secret VARCHAR(20) NOT NULL,
  audience VARCHAR(8000) NOT NULL,
  urgent BOOLEAN DEFAULT FALSE NOT NULL,
  created BIGINT NOT NULL,
  CONSTRAINT proxy_sender_once UNIQUE (organisation_id, address_key),
  CONSTRAINT proxy_sender_secret UNIQUE (organisation_id, secret)
);

CREATE TABLE proxy_draft (
  id BIGINT NOT NULL PRIMARY KEY,
  sender_id BIGINT NOT NULL REFERENCES proxy_sender(id),
  code VARCHAR(20) NOT NULL,
  subject VARCHAR(400) NOT NULL,
  body VARCHAR(32000) NOT NULL,
  received BIGINT NOT NULL
);

-- The host that gave us a mail: SPF is about it.
ALTER TABLE inbound_mail ADD COLUMN client_ip VARCHAR(45);
ALTER TABLE inbound_mail ADD COLUMN helo VARCHAR(255);
