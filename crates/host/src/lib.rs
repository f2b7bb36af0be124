//! A star without the world: router, mailboxes, mechtrons, engine, limits.
