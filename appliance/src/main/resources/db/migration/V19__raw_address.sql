-- Addresses that break the rules and that their receivers take unquoted only; SHA-256 of what they are compared by.
CREATE TABLE raw_address (
  address_hash VARCHAR(64) NOT NULL PRIMARY KEY
);
