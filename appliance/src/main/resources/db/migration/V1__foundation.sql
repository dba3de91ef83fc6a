-- Portable between Derby and PostgreSQL. Times are milliseconds since 1970 UTC (see store.Row).
CREATE TABLE organisation (
  id BIGINT NOT NULL PRIMARY KEY,
  slug VARCHAR(64) NOT NULL CONSTRAINT organisation_slug UNIQUE,
  name VARCHAR(200) NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE administrator (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  email VARCHAR(254) NOT NULL CONSTRAINT administrator_email UNIQUE,
  name VARCHAR(200) NOT NULL,
  password_hash VARCHAR(200) NOT NULL,
  role VARCHAR(20) NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE api_token (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  hash VARCHAR(64) NOT NULL CONSTRAINT api_token_hash UNIQUE,
  label VARCHAR(200) NOT NULL,
  created BIGINT NOT NULL
);

CREATE TABLE setting (
  name VARCHAR(100) NOT NULL PRIMARY KEY,
  content VARCHAR(4000) NOT NULL
);

CREATE TABLE member (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  name VARCHAR(200) NOT NULL,
  kana VARCHAR(200) NOT NULL,
  state VARCHAR(10) NOT NULL,
  joined BIGINT NOT NULL,
  left_at BIGINT,
  external_number VARCHAR(64)
);
CREATE INDEX member_list ON member(organisation_id, state, kana, id);
CREATE INDEX member_external_number ON member(organisation_id, external_number);

CREATE TABLE contact (
  id BIGINT NOT NULL PRIMARY KEY,
  member_id BIGINT NOT NULL REFERENCES member(id),
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  address VARCHAR(320) NOT NULL,
  address_key VARCHAR(254) NOT NULL,
  state VARCHAR(12) NOT NULL,
  reason VARCHAR(500),
  CONSTRAINT contact_address UNIQUE (organisation_id, address_key)
);

CREATE TABLE profile_item (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  name VARCHAR(100) NOT NULL,
  kind VARCHAR(10) NOT NULL,
  item_order INTEGER NOT NULL,
  choices VARCHAR(8000) NOT NULL,
  CONSTRAINT profile_item_name UNIQUE (organisation_id, name)
);

CREATE TABLE profile_value (
  member_id BIGINT NOT NULL REFERENCES member(id),
  item_id BIGINT NOT NULL REFERENCES profile_item(id),
  content VARCHAR(400) NOT NULL,
  PRIMARY KEY (member_id, item_id, content)
);
CREATE INDEX profile_value_item ON profile_value(item_id, content);

CREATE TABLE message (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  author VARCHAR(254) NOT NULL,
  subject VARCHAR(400) NOT NULL,
  body VARCHAR(32000) NOT NULL,
  urgent BOOLEAN NOT NULL,
  audience VARCHAR(32000) NOT NULL,
  state VARCHAR(10) NOT NULL,
  created BIGINT NOT NULL,
  send_at BIGINT NOT NULL,
  send_not_after BIGINT,
  idempotency_key VARCHAR(200) NOT NULL,
  CONSTRAINT message_idempotency UNIQUE (organisation_id, idempotency_key)
);
CREATE INDEX message_state ON message(state);

CREATE TABLE delivery (
  id BIGINT NOT NULL PRIMARY KEY,
  message_id BIGINT NOT NULL REFERENCES message(id),
  member_id BIGINT NOT NULL REFERENCES member(id),
  contact_id BIGINT NOT NULL REFERENCES contact(id),
  address VARCHAR(320) NOT NULL,
  outcome VARCHAR(12) NOT NULL,
  attempts INTEGER NOT NULL,
  created BIGINT NOT NULL,
  claimed_at BIGINT,
  finished_at BIGINT,
  next_attempt BIGINT,
  stage VARCHAR(10),
  response VARCHAR(1000),
  relay VARCHAR(300),
  mail_id VARCHAR(300) NOT NULL,
  CONSTRAINT delivery_once UNIQUE (message_id, contact_id)
);
CREATE INDEX delivery_due ON delivery(outcome, next_attempt);
CREATE INDEX delivery_outcome ON delivery(message_id, outcome, id);

CREATE TABLE message_read (
  message_id BIGINT NOT NULL,
  member_id BIGINT NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (message_id, member_id)
);

CREATE TABLE outgoing_mail (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  recipient VARCHAR(320) NOT NULL,
  recipient_key VARCHAR(254) NOT NULL,
  cause VARCHAR(300) NOT NULL CONSTRAINT outgoing_mail_cause UNIQUE,
  in_reply_to VARCHAR(400),
  subject VARCHAR(400) NOT NULL,
  body VARCHAR(20000) NOT NULL,
  outcome VARCHAR(12) NOT NULL,
  attempts INTEGER NOT NULL,
  created BIGINT NOT NULL,
  claimed_at BIGINT,
  finished_at BIGINT,
  next_attempt BIGINT,
  stage VARCHAR(10),
  response VARCHAR(1000),
  relay VARCHAR(300)
);
CREATE INDEX outgoing_mail_due ON outgoing_mail(outcome, next_attempt);
CREATE INDEX outgoing_mail_recipient ON outgoing_mail(recipient_key, created);

CREATE TABLE inbound_mail (
  id BIGINT NOT NULL PRIMARY KEY,
  received BIGINT NOT NULL,
  envelope_from VARCHAR(320) NOT NULL,
  envelope_to VARCHAR(320) NOT NULL,
  mail_id VARCHAR(400) NOT NULL,
  raw ${blob} NOT NULL,
  state VARCHAR(10) NOT NULL,
  result VARCHAR(500),
  subject VARCHAR(400),
  excerpt VARCHAR(2000),
  organisation_id BIGINT,
  member_id BIGINT,
  CONSTRAINT inbound_mail_once UNIQUE (envelope_to, mail_id)
);
CREATE INDEX inbound_mail_state ON inbound_mail(state, id);
CREATE INDEX inbound_mail_inquiries ON inbound_mail(organisation_id, state, id);

CREATE TABLE audit (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT,
  happened BIGINT NOT NULL,
  actor VARCHAR(254) NOT NULL,
  act VARCHAR(60) NOT NULL,
  detail VARCHAR(2000) NOT NULL
);
CREATE INDEX audit_time ON audit(organisation_id, happened);
