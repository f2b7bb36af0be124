//! The protocol's promises, a file per behaviour; fixtures are shared with other languages.

mod fixtures;
mod patterns;
mod points;
