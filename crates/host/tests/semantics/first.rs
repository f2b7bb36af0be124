//! The very first thing: an answer.

use crate::world::{App, World};

#[test]
fn a_ping_is_answered() {
    let mut world = World::server();
    world.install(App::new("hello").mechtron("echo", "echo"));
    let pong = world.ping("localhost:hello:echo", "hi");
    assert_eq!((pong.status, pong.body.bytes.as_ref()), (Some(200), b"hi".as_slice()));
}
