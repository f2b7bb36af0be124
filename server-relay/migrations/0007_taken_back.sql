-- Bundles that trapped on trial and were taken back: an upgrade to the newest version leaves them out.
CREATE TABLE taken_back (
  app    TEXT NOT NULL,
  digest BLOB NOT NULL,
  PRIMARY KEY (app, digest)
) WITHOUT ROWID;
