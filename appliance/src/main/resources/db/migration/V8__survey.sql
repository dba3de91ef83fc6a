-- What messages ask, and what members answer.
CREATE TABLE survey_choice (
  message_id BIGINT NOT NULL REFERENCES message(id),
  place INTEGER NOT NULL,
  label VARCHAR(120) NOT NULL,
  PRIMARY KEY (message_id, place)
);

CREATE TABLE answer (
  message_id BIGINT NOT NULL REFERENCES message(id),
  member_id BIGINT NOT NULL REFERENCES member(id),
  place INTEGER NOT NULL,
  source VARCHAR(10) NOT NULL,
  answered_at BIGINT NOT NULL,
  PRIMARY KEY (message_id, member_id)
);
