use serde_json::json;

use crate::mesh::{Bundle, Mesh, install};

const KEEPER: &str = include_str!("guests/keeper.wat");

#[tokio::test]
async fn a_user_may_ask_what_is_theirs_without_a_grant_and_others_may_not() {
    let mesh = Mesh::start().await;
    let mut bundle = Bundle::app("localhost:repo:site:1.0.0", "profile", KEEPER, true);
    bundle.documents["app"]["mechtrons"]["profile"]["keyed"] = "user".into();
    bundle.documents["app"]["grant"] = json!([]);
    install(&mesh, "localhost:site", &bundle).await;
    let listed = mesh.told("localhost", "Cmd<List>", "").await;
    assert_eq!(listed["apps"][0]["mechtrons"][0]["keyed"], "user");

    let mut ada = mesh.lane(Some(&mesh.token("ada").await)).await;
    let own = "localhost:site:profile:ada";
    assert_eq!(ada.ask(own, "Ext<Keep>", "mine").await.status, Some(200));
    assert_eq!(&*ada.ask(own, "Ext<Keep>", "").await.body.bytes, b"mine");
    assert_eq!(ada.ask("localhost:site:profile:bob", "Ext<Keep>", "").await.code(), Some("forbidden"));
    let mut bob = mesh.lane(Some(&mesh.token("bob").await)).await;
    assert_eq!(bob.ask(own, "Ext<Keep>", "").await.code(), Some("forbidden"));
    // No user has such an id; the operator may ask anything.
    assert_eq!(mesh.ping("localhost:site:profile:1.2.0", "Ext<Keep>", "").await["code"], "no-route");
}
