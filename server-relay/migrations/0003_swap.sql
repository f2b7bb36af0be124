-- Which code a mechtron's state is made for: the SHA-256 of a module.
CREATE TABLE stamps (
  mechtron TEXT PRIMARY KEY,
  code     BLOB NOT NULL,
  -- A module that must not have the state: it came back after the state had been migrated.
  refused  BLOB
) WITHOUT ROWID;

-- States as they were before a migration changed them, while the generation that did is on trial.
CREATE TABLE before (
  mechtron TEXT NOT NULL,
  key      BLOB NOT NULL,
  value    BLOB NOT NULL,
  PRIMARY KEY (mechtron, key)
) WITHOUT ROWID;

-- The record of the generation before, while the present one is on trial.
ALTER TABLE installs ADD COLUMN previous BLOB;
ALTER TABLE installs ADD COLUMN previous_signature BLOB;
