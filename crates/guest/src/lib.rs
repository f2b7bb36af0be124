//! What the author of a mechtron in Rust imports.
