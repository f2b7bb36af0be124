-- What `starlane set` says of the space, as JSON.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

-- Applications that were removed and whose state was kept for the next one at their point.
CREATE TABLE kept (
  app TEXT PRIMARY KEY
);
