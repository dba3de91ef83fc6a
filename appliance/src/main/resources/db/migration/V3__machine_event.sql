-- What happened to the machine, for the incident report: written behind, a row for each change.
CREATE TABLE machine_event (
  id BIGINT NOT NULL PRIMARY KEY,
  happened BIGINT NOT NULL,
  kind VARCHAR(20) NOT NULL,
  state VARCHAR(20) NOT NULL,
  detail VARCHAR(500) NOT NULL
);
CREATE INDEX machine_event_time ON machine_event(happened);
