-- The lane that a delivery takes; rows from before have none, and share one.
ALTER TABLE delivery ADD COLUMN destination VARCHAR(60) NOT NULL DEFAULT '';
