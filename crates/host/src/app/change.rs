//! What one generation of an application changes beside another.

use starlane_bundle::Digest;
use starlane_protocol::document::Rollback;

use super::InstalledApp;

/// A mechtron whose code goes back to that of an older generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayBack {
    /// The segment below the application's point.
    pub name: String,
    /// The code that fails.
    pub from: Digest,
    /// The code that comes back.
    pub to: Digest,
    /// Whether what was written since a migration may be dropped: so says the version that fails, which has changed the state.
    pub drop_writes: bool,
}

impl InstalledApp {
    /// The mechtrons, by name, that are new in this generation or more than their files are other than in an older one.
    pub fn changed_since(&self, old: &InstalledApp) -> impl Iterator<Item = &String> {
        let is_changed = |name: &&String| match (old.mechtrons.get(*name), self.mechtrons.get(*name)) {
            (Some(old), Some(new)) => !old.is_like(new),
            _ => true,
        };
        self.mechtrons.keys().filter(is_changed)
    }

    /// The mechtrons whose code changes on the way back to an older generation.
    pub fn way_back(&self, to: &InstalledApp) -> Vec<WayBack> {
        let changes = self.mechtrons.iter().filter_map(|(name, fails)| {
            let (from, to) = (fails.wasm.sha256, to.mechtrons.get(name)?.wasm.sha256);
            let drop_writes = fails.rollback == Rollback::DropWrites;
            (from != to).then(|| WayBack { name: name.clone(), from, to, drop_writes })
        });
        changes.collect()
    }
}
