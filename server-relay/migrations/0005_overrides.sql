-- What owners have put behind points of theirs, in the place of an application's own mechtron.
CREATE TABLE overrides (
  point    TEXT PRIMARY KEY,
  -- Which of all overrides that ever were.
  number   INTEGER NOT NULL,
  bundle   TEXT NOT NULL,
  -- Which mechtron of the bundle, if that was said.
  mechtron TEXT,
  -- 0 once it was taken back: what it kept is still there, and only its own series gets it again.
  wanted   INTEGER NOT NULL,
  -- Why it is out of force, once it trapped too often.
  failed   TEXT
) WITHOUT ROWID;
