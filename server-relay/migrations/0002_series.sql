-- What is trusted of each series: its record, as the root signed it. A series whose bundles are all removed keeps its serial, so
-- that the next is higher.
CREATE TABLE series (
  series    TEXT PRIMARY KEY,
  serial    INTEGER NOT NULL,
  record    BLOB NOT NULL,
  signature BLOB NOT NULL
);
