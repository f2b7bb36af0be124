//! Asking all stars of the relay together.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use starlane_host::app::InstalledApp;
use starlane_host::event::{Event, Step};
use starlane_protocol::{Code, Point, Refusal};
use tokio::sync::mpsc;

use crate::mesh::Mesh;
use crate::problem::Problem;
use crate::steward::forget;

/// Who listens to what stars say of their upgrades, by application.
#[derive(Default)]
pub(super) struct Heard(Mutex<HashMap<Point, Listener>>);

struct Listener {
    generation: u64,
    said: mpsc::UnboundedSender<(u32, Step)>,
}

impl Heard {
    /// A star says how far an upgrade is.
    pub(super) fn say(&self, star: u32, app: &Point, generation: u64, step: Step) {
        if let Some(listener) = self.lock().get(app).filter(|listener| listener.generation == generation) {
            // Whoever listened may have given up.
            let _ = listener.said.send((star, step));
        }
    }

    /// A star lost everything that it was preparing.
    pub(super) fn star_fell(&self, star: u32) {
        let refusal = Refusal::new(Code::StarAway, "a star of the relay was made anew while it was preparing");
        for listener in self.lock().values() {
            let _ = listener.said.send((star, Step::Failed(refusal.clone())));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Point, Listener>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All stars of the relay, for one upgrade. Nothing is heard any more once it is dropped.
pub(super) struct Stars<'a> {
    mesh: &'a Arc<Mesh>,
    app: Point,
    said: mpsc::UnboundedReceiver<(u32, Step)>,
}

impl<'a> Stars<'a> {
    pub(super) fn open(mesh: &'a Arc<Mesh>, app: &InstalledApp) -> Self {
        let (said, heard) = mpsc::unbounded_channel();
        let listener = Listener { generation: app.generation, said };
        mesh.upgrades.heard.lock().insert(app.point.clone(), listener);
        Self { mesh, app: app.point.clone(), said: heard }
    }

    /// Tells every star something.
    pub(super) fn tell(&self, event: &Event) {
        self.mesh.inboxes.iter().for_each(|inbox| inbox.answer(event.clone()));
    }

    /// Tells every star something, and waits until each has said how it went.
    pub(super) async fn ask(&mut self, event: &Event) -> Result<Vec<Step>, Problem> {
        self.tell(event);
        let mut answers: Vec<Option<Step>> = self.mesh.inboxes.iter().map(|_| None).collect();
        while answers.iter().any(Option::is_none) {
            let closed = || Problem::new(Code::StarAway, "the relay is being closed");
            let heard = tokio::select! {
                heard = self.said.recv() => heard,
                () = self.mesh.closed() => None,
            };
            match heard.ok_or_else(closed)? {
                (_, Step::Failed(refusal)) => return Err(refusal.into()),
                (star, step) => answers[star as usize] = Some(step),
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// Lets every star abandon the upgrade. Afterwards none says anything of it any more: what it says is of the next one,
    /// which has the same generation.
    pub(super) async fn abandon(&self) {
        let abandon = || Event::Abandon(self.app.clone());
        let all: Vec<_> = self.mesh.inboxes.iter().map(|inbox| forget(inbox, None, abandon())).collect();
        for done in all {
            // A star that is being closed says nothing either.
            let _ = done.await;
        }
    }
}

impl Drop for Stars<'_> {
    fn drop(&mut self) {
        self.mesh.upgrades.heard.lock().remove(&self.app);
    }
}
