-- What becomes of a message that is late ('mark', else it is dropped), how its text is meant ('markdown', else
-- plain), and messages that are sent again and again.
ALTER TABLE message ADD COLUMN when_late VARCHAR(4);
ALTER TABLE message ADD COLUMN markup VARCHAR(8);

CREATE TABLE message_repeat (
  message_id BIGINT NOT NULL PRIMARY KEY REFERENCES message(id),
  rule VARCHAR(100) NOT NULL,
  next_run BIGINT
);
CREATE INDEX message_repeat_due ON message_repeat(next_run);

-- For phones that cannot read UTF-8: 'iso-2022-jp'; and what a delivery was written in.
ALTER TABLE member ADD COLUMN mail_charset VARCHAR(11);
ALTER TABLE delivery ADD COLUMN mail_charset VARCHAR(11);
