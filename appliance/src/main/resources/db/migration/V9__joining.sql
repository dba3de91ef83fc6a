-- Who may join: with a code that the organisation gives out, and after someone has agreed.
ALTER TABLE organisation ADD COLUMN join_code VARCHAR(20) DEFAULT '' NOT NULL;
ALTER TABLE organisation ADD COLUMN join_approval BOOLEAN DEFAULT FALSE NOT NULL;

CREATE TABLE join_request (
  id BIGINT NOT NULL PRIMARY KEY,
  organisation_id BIGINT NOT NULL REFERENCES organisation(id),
  address VARCHAR(320) NOT NULL,
  address_key VARCHAR(254) NOT NULL,
  name VARCHAR(400) NOT NULL,
  received BIGINT NOT NULL,
  in_reply_to VARCHAR(400),
  CONSTRAINT join_request_once UNIQUE (organisation_id, address_key)
);
