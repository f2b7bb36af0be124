//! Build, start, test, bench, check: everything that continuous integration calls.
fn main() {}
