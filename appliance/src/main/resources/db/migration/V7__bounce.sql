-- Refusals of mails, at once or by a notice that came back; what quarantines an address.
CREATE TABLE bounce (
  id BIGINT NOT NULL PRIMARY KEY,
  delivery_id BIGINT NOT NULL,
  contact_id BIGINT NOT NULL,
  happened BIGINT NOT NULL,
  reason VARCHAR(20) NOT NULL,
  stage VARCHAR(10) NOT NULL,
  response VARCHAR(500) NOT NULL
);
CREATE INDEX bounce_contact ON bounce(contact_id, happened);
CREATE INDEX bounce_delivery ON bounce(delivery_id);
