//! The RFC's own tests, natively.

use crate::suite;

#[test]
fn every_body_gets_the_verdict_and_the_places_of_the_rfc() {
    assert_eq!(suite::bodies(), (Vec::new(), 316));
}

#[test]
fn every_schema_that_is_none_is_refused() {
    assert_eq!(suite::schemas(), (Vec::new(), 49));
}
