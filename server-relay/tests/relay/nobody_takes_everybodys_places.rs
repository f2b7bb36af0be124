use futures_util::future::join_all;
use serde_json::json;
use starlane_bundle::Digest;
use starlane_protocol::lane::{ByeCode, Form, Frame};
use tokio_tungstenite::tungstenite::Error;

use crate::mesh::{Answer, Bundle, Lane, Mesh, publish, star_id};

/// Lanes that one address may have.
const LANES: usize = 256;

/// Bytes a module may have.
const MODULE: usize = 8 * 1_024 * 1_024;

/// A lane that somebody at an address opens through a proxy on the relay's machine; what the relay says first.
async fn knocked(mesh: &Mesh, address: &str) -> (Lane, Frame) {
    let forwarded = [("x-forwarded-for", address)];
    let (mut lane, _) = Lane::with(mesh.address, Form::Cbor.sub_protocol(), &forwarded).await.unwrap();
    lane.knock(&star_id(), [7; 32], None).await;
    let first = lane.next().await.unwrap();
    (lane, first)
}

#[tokio::test]
async fn an_address_has_256_lanes_at_most() {
    let mesh = Mesh::start().await;
    let mut lanes = join_all((0..LANES).map(|_| knocked(&mesh, "10.0.0.9, 192.0.2.1"))).await;
    assert!(lanes.iter().all(|(_, first)| matches!(first, Frame::Greet(_))));
    let (_, refused) = knocked(&mesh, "192.0.2.1").await;
    let Frame::Bye(bye) = refused else { panic!("it is let in: {refused:?}") };
    assert_eq!(bye.code, ByeCode::TooManyLanes);
    for elsewhere in ["192.0.2.2", "2001:db8::1", "127.0.0.1"] {
        assert!(matches!(knocked(&mesh, elsewhere).await.1, Frame::Greet(_)), "{elsewhere}");
    }
    let (mut last, Frame::Greet(greet)) = lanes.pop().unwrap() else { panic!("it was let in") };
    last.socket.close(None).await.unwrap();
    while last.next().await.is_some() {}
    let star = greet.point.segments().nth(2).unwrap().to_owned();
    // The star that left comes back, and nobody else fits beside it.
    let (mut again, _) =
        Lane::with(mesh.address, Form::Cbor.sub_protocol(), &[("x-forwarded-for", "192.0.2.1")]).await.unwrap();
    again.knock(&star, [7; 32], None).await;
    assert!(matches!(again.next().await, Some(Frame::Greet(_))));
    assert!(matches!(knocked(&mesh, "192.0.2.1").await.1, Frame::Bye(_)));
    // Neither does a star that has its lane from elsewhere.
    let (_elsewhere, Frame::Greet(greet)) = knocked(&mesh, "192.0.2.2").await else { panic!("it is not let in") };
    let moved = greet.point.segments().nth(2).unwrap();
    let (mut here, _) =
        Lane::with(mesh.address, Form::Cbor.sub_protocol(), &[("x-forwarded-for", "192.0.2.1")]).await.unwrap();
    here.knock(moved, [7; 32], None).await;
    assert_eq!(here.bye().await, ByeCode::TooManyLanes);
    // A newer lane of a star takes the place of its own, not of another.
    let (mut newer, _) =
        Lane::with(mesh.address, Form::Cbor.sub_protocol(), &[("x-forwarded-for", "192.0.2.1")]).await.unwrap();
    newer.knock(&star, [7; 32], None).await;
    assert!(matches!(newer.next().await, Some(Frame::Greet(_))));
}

#[tokio::test]
async fn an_address_has_256_lanes_without_a_knock_at_most() {
    let mesh = Mesh::start().await;
    let at = mesh.address;
    let open = |address| async move {
        let forwarded = [("x-forwarded-for", address)];
        Lane::with(at, Form::Cbor.sub_protocol(), &forwarded).await.map(|(lane, _)| lane)
    };
    let mut lanes: Vec<Lane> = join_all((0..LANES).map(|_| open("192.0.2.1"))).await.into_iter().flatten().collect();
    assert_eq!(lanes.len(), LANES);
    let Err(Error::Http(refused)) = open("192.0.2.1").await else { panic!("it is let in") };
    let told = String::from_utf8(refused.body().clone().unwrap()).unwrap();
    assert!(refused.status() == 429 && told.contains("too-many-lanes"), "{told}");
    assert!(open("192.0.2.2").await.is_ok());
    let mut one = lanes.pop().unwrap();
    one.knock(&star_id(), [7; 32], None).await;
    one.greeted().await;
    assert!(open("192.0.2.1").await.is_ok());
}

#[tokio::test]
async fn whoever_names_ten_wrong_codes_waits() {
    let mesh = Mesh::start().await;
    let sign_in = |address: &str, code: &str| {
        let call = mesh.call("POST", "/starlane/sign-in").nobody().header("x-forwarded-for", address);
        call.body(json!({ "code": code }).to_string()).send()
    };
    for _ in 0..10 {
        sign_in("192.0.2.1", "guess").await.refused(401, "bad-code");
    }
    let code = mesh.link.split("#code=").nth(1).unwrap();
    let braked: Answer = sign_in("192.0.2.1", code).await;
    braked.refused(429, "too-many-codes");
    assert!(braked.json()["hint"].as_str().unwrap().starts_with("Wait "));
    assert_eq!(sign_in("192.0.2.2", code).await.status, 200);
}

#[tokio::test]
async fn a_module_has_8_mib_at_most() {
    let mesh = Mesh::start().await;
    for (size, code) in [(MODULE + 1, "wasm-too-large"), (MODULE, "not-wasm")] {
        let mut bundle = Bundle::app("localhost:repo:large:1.0.0", "greeter", "(module)", false);
        bundle.files.insert("wasm/guest.wasm".into(), vec![0; size]);
        bundle.upload(&mesh).await;
        bundle.put(&mesh).await.refused(422, code);
    }
}

#[tokio::test]
async fn a_file_that_was_uploaded_again_outlives_the_bundle_that_named_it() {
    let mesh = Mesh::start().await;
    let one = Bundle::site("localhost:repo:one:1.0.0", &[("html/a", "shared")]);
    publish(&mesh, &one).await;
    // Somebody publishes another bundle with it, and has got no farther than this.
    one.upload(&mesh).await;
    assert_eq!(mesh.ping("localhost:repo:one:1.0.0", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(status_of(&mesh, "shared").await, 200);
    let two = Bundle::site("localhost:repo:two:1.0.0", &[("html/a", "shared")]);
    assert_eq!(two.put(&mesh).await.status, 200);
    assert_eq!(mesh.ping("localhost:repo:two:1.0.0", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(status_of(&mesh, "shared").await, 404);
}

async fn status_of(mesh: &Mesh, file: &str) -> u16 {
    mesh.call("GET", &format!("/starlane/blobs/{}", Digest::of(file.as_bytes()))).send().await.status
}

#[tokio::test]
async fn the_files_of_a_removed_bundle_go_with_it_unless_another_names_them() {
    let mesh = Mesh::start().await;
    publish(&mesh, &Bundle::site("localhost:repo:one:1.0.0", &[("html/a", "only here"), ("html/b", "shared")])).await;
    publish(&mesh, &Bundle::site("localhost:repo:two:1.0.0", &[("html/b", "shared")])).await;
    assert_eq!((status_of(&mesh, "only here").await, status_of(&mesh, "shared").await), (200, 200));
    assert_eq!(mesh.ping("localhost:repo:one:1.0.0", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!((status_of(&mesh, "only here").await, status_of(&mesh, "shared").await), (404, 200));
    // A file that somebody has just asked for, to publish it again, waits for its bundle.
    let path = format!("/starlane/blobs/{}", Digest::of(b"shared"));
    assert_eq!(mesh.call("HEAD", &path).send().await.status, 200);
    assert_eq!(mesh.ping("localhost:repo:two:1.0.0", "Cmd<Remove>", "").await["status"], 200);
    assert_eq!(status_of(&mesh, "shared").await, 200);
    let mesh = Mesh::start_in(mesh.close().await).await;
    assert_eq!((status_of(&mesh, "only here").await, status_of(&mesh, "shared").await), (404, 200));
}
