//! Install records say one thing only: what is not known or said twice is refused, however well signed.

use starlane_bundle::{Digest, InstallRecord, RecordError};

use crate::sample::root;

fn verify(text: &str) -> Result<InstallRecord, RecordError> {
    InstallRecord::verify(text.as_bytes(), &root().sign(text.as_bytes()).to_bytes(), &root().public())
}

#[test]
fn a_record_is_read_strictly() {
    let digest = Digest::of(b"");
    let fields = format!(r#""app":"a:b","bundle":"a:repo:b:1.0.0","digest":"{digest}","generation":1"#);
    assert!(verify(&format!("{{{fields}}}")).is_ok());
    let refused = |text: String| verify(&text).unwrap_err().to_string();
    assert!(refused(format!("{{{fields},\"floor\":\"1.1.0\"}}")).contains("unknown field `floor`"));
    assert!(refused(format!("{{{fields},\"generation\":2}}")).contains("twice"));
    assert!(refused(format!("{{{fields}}}x")).contains("trailing"));
    assert!(refused("{}".into()).contains("missing field `app`"));
    assert!(refused(format!("{{{}}}", fields.replace("a:b", "A"))).contains("a point begins with"));
}
