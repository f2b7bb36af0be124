-- What mechtrons keep: an ordered map for each.
CREATE TABLE state (
  mechtron TEXT NOT NULL,
  key      BLOB NOT NULL,
  value    BLOB NOT NULL,
  PRIMARY KEY (mechtron, key)
) WITHOUT ROWID;

-- Published bundles: the very bytes that were signed.
CREATE TABLE bundles (
  point     TEXT PRIMARY KEY,
  manifest  BLOB NOT NULL,
  signature BLOB NOT NULL
);

-- What is installed at an application's point. A removed one keeps its generation, so that the next is higher.
CREATE TABLE installs (
  app        TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  record     BLOB,
  signature  BLOB
);

-- Everybody a token was ever made for.
CREATE TABLE users (
  point TEXT PRIMARY KEY
);

-- One-time codes, as digests: whoever reads this table cannot sign in with it.
CREATE TABLE codes (
  digest  BLOB PRIMARY KEY,
  user    TEXT NOT NULL,
  expires INTEGER NOT NULL
);
