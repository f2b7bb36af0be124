//! Knocks: who may have a lane, and how they are greeted.

use std::sync::Arc;
use std::time::Instant;

use starlane_bundle::Digest;
use starlane_host::event::Event;
use starlane_protocol::lane::{Bye, ByeCode, Form, Frame, Greet, Knock, LaneLimits};
use starlane_protocol::limits::{JSON_MESSAGE_BYTES, MESSAGE_BYTES};
use starlane_protocol::{Point, SessionId};

use super::lane::Lane;
use super::lanes::bye;
use super::queue::Queue;
use super::session::BEAT;
use crate::keys::random;
use crate::mesh::Mesh;
use crate::remote::Remote;
use crate::token::{TokenError, Visitor};

/// A lane that was let in.
pub(super) struct Entered {
    pub(super) lane: Arc<Lane>,
    /// The id of its star.
    pub(super) id: String,
    /// Until when its token holds, in seconds since 1970 UTC.
    pub(super) expires: Option<u64>,
    pub(super) greet: Frame,
}

/// Bytes of one message of a form.
pub(super) fn message_bytes(form: Form) -> usize {
    match form {
        Form::Cbor => MESSAGE_BYTES,
        Form::Json => JSON_MESSAGE_BYTES,
    }
}

/// Judges a knock and lets the lane in.
pub(super) fn enter(mesh: &Mesh, knock: &Knock, form: Form, remote: Remote) -> Result<Entered, Bye> {
    let star = star_point(mesh, &knock.star)?;
    let visitor = visitor(mesh, knock.token.as_deref())?;
    let session = random().map(SessionId).map_err(|_| bye(ByeCode::Busy, "no random numbers"))?;
    let lane = Arc::new(Lane {
        id: mesh.lanes.next_id(),
        star,
        account: mesh.accounts.of(&visitor.agent, remote),
        agent: visitor.agent,
        remote,
        open: Default::default(),
        since: Instant::now(),
        secret: Digest::of(&knock.secret.0),
        queue: Queue::default(),
        direct: Default::default(),
    });
    let tell_anew = || mesh.inboxes.iter().for_each(|inbox| inbox.answer(Event::StarAnew(lane.star.clone())));
    if let Some(before) = mesh.lanes.enter(&knock.star, &lane, tell_anew)? {
        before.close(ByeCode::Replaced, "a newer lane of this star took the place");
        mesh.lane_lost(&before);
    }
    let greet = Frame::Greet(greet(mesh, &lane, session, form));
    Ok(Entered { lane, id: knock.star.clone(), expires: visitor.expires, greet })
}

/// Whose token it is.
pub(super) fn visitor(mesh: &Mesh, token: Option<&str>) -> Result<Visitor, Bye> {
    let Some(token) = token else { return Ok(Visitor::anonymous()) };
    mesh.tokens.check(token).map_err(|error| match error {
        TokenError::Expired => bye(ByeCode::TokenExpired, "the token's time is over"),
        _ => bye(ByeCode::BadToken, "the token is not one of this relay's"),
    })
}

/// The point of a star with this id. Versions are no ids, and the relay's own stars have theirs.
fn star_point(mesh: &Mesh, id: &str) -> Result<Point, Bye> {
    let point = mesh.stars.child(id).ok().filter(|_| !id.contains([':', '.', '/']));
    let point = point.filter(|point| id != "relay" && !mesh.own.contains(point));
    point.ok_or_else(|| bye(ByeCode::BadStar, "a star's id is one segment of lower-case letters, digits and hyphens"))
}

fn greet(mesh: &Mesh, lane: &Lane, session: SessionId, form: Form) -> Greet {
    let beat = u32::try_from(BEAT.as_millis()).unwrap_or(u32::MAX);
    Greet {
        point: lane.star.clone(),
        agent: lane.agent.clone(),
        session,
        resumed: false,
        seen: 0,
        window: 0,
        limits: LaneLimits { message: message_bytes(form) as u64, beat },
        features: Vec::new(),
        installs: mesh.registry.now().installs_for(&lane.agent),
        root: mesh.keys.root.public().as_bytes().to_vec(),
    }
}
