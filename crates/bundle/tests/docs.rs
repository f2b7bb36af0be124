//! The records that `docs/trust.md` shows are records, byte for byte.

use starlane_bundle::{InstallRecord, SeriesRecord};

use crate::sample::root;

#[test]
fn the_records_of_the_documentation_are_such_records() {
    let page = include_str!("../../../docs/trust.md");
    let shown: Vec<&[u8]> =
        page.split("```json\n").skip(1).map(|rest| rest.split("\n```").next().unwrap().as_bytes()).collect();
    let [series, install] = shown[..] else { panic!("{} records are shown", shown.len()) };
    let sign = |bytes: &[u8]| root().sign(bytes).to_bytes();
    let record = SeriesRecord::verify(series, &sign(series), &root().public()).unwrap();
    assert_eq!(record.to_bytes(), series);
    let record = InstallRecord::verify(install, &sign(install), &root().public()).unwrap();
    assert_eq!(record.to_bytes(), install);
}
