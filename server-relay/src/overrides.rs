//! Overrides in force: the stars learn what owners have put behind points of theirs, and say when it trapped too often.

use std::sync::Arc;

use starlane_host::event::{Event, LogLine};
use starlane_host::star::Star;
use starlane_protocol::Point;

use crate::mesh::Mesh;
use crate::names::readable;
use crate::shell::Inbox;

/// Tells the stars, and the logs of the points, what stands elsewhere now.
pub(crate) fn tell(mesh: &Mesh) {
    mesh.registry.tell_moves(|moved| {
        let (level, text) = moved.said;
        mesh.log.write(LogLine { level, point: moved.point.clone(), text });
        if let Some(inbox) = inbox(mesh, &moved.point) {
            inbox.answer(Event::Override { point: moved.point, spec: moved.spec });
        }
    });
}

/// The inbox of the star that runs what stands at a point.
pub(crate) fn inbox<'a>(mesh: &'a Mesh, point: &Point) -> Option<&'a Arc<Inbox>> {
    mesh.inboxes.get(owner(mesh, point) as usize)
}

fn owner(mesh: &Mesh, point: &Point) -> u32 {
    Star::owner(point, u32::try_from(mesh.own.len()).unwrap_or(1))
}

/// What a star that begins must know of overrides.
pub(crate) fn in_force(mesh: &Mesh, star: u32) -> Vec<Event> {
    let picture = mesh.registry.now();
    let of_star = picture.overrides.keys().filter(|point| owner(mesh, point) == star);
    let event = |point: &Point| {
        let spec = picture.overridden(point)?.clone();
        Some(Event::Override { point: point.clone(), spec: Some(spec) })
    };
    of_star.filter_map(event).collect()
}

/// A star has taken an override out of force; from now on it is so for every star that begins.
pub(crate) fn failed(mesh: &Arc<Mesh>, point: Point, number: u64, why: String) {
    // Names in a trace are shown as people write them.
    let (mesh, why) = (mesh.clone(), readable(&why));
    mesh.runtime.clone().spawn(async move {
        match mesh.registry.fail_override(&point, number, &why, &mesh.store).await {
            Ok(true) => tracing::warn!(%point, why, "an override is out of force"),
            // Something else was put there meanwhile.
            Ok(false) => {}
            Err(problem) => {
                tracing::error!(%point, code = %problem.code, "that an override failed could not be stored")
            }
        }
        tell(&mesh);
    });
}
