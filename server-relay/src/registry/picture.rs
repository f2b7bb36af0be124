//! The picture of one moment: bundles, applications, grants.

use std::collections::BTreeMap;
use std::sync::Arc;

use starlane_bundle::{Digest, InstallRecord, Signed};
use starlane_host::app::{InstalledApp, MechtronSpec};
use starlane_protocol::lane::Installed;
use starlane_protocol::{Agent, Grant, Grantee, May, Pattern, Point};

use crate::store::InstallRow;

/// What is published and installed at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    /// Rises with every change.
    pub(crate) number: u64,
    /// Every bundle, by point.
    pub(crate) bundles: BTreeMap<Point, Arc<Signed>>,
    /// Every installed application, by point.
    pub(crate) apps: BTreeMap<Point, Arc<Installation>>,
    /// The last generation of every application that ever was.
    pub(crate) generations: BTreeMap<Point, u64>,
    /// Every grant in force.
    pub(crate) grants: Vec<Grant>,
    /// Grants that belong to no application.
    pub(super) standing: Vec<Grant>,
}

/// An installed application with what proves it.
#[derive(Debug)]
pub(crate) struct Installation {
    /// The application.
    pub(crate) app: Arc<InstalledApp>,
    /// What it is made from, and how it differs from it.
    pub(crate) record: InstallRecord,
    /// What a star is told of it.
    pub(crate) told: Installed,
}

impl Installation {
    /// An application with its record as signed bytes.
    pub(crate) fn new(app: InstalledApp, record: InstallRecord, bytes: Vec<u8>, signature: Vec<u8>) -> Self {
        let (point, generation) = (app.point.clone(), app.generation);
        let told = Installed { app: point, generation, record: Some(bytes), signature: Some(signature) };
        Self { app: Arc::new(app), record, told }
    }

    /// What is stored of it.
    pub(super) fn row(&self) -> InstallRow {
        let Installed { app, generation, record, signature } = self.told.clone();
        InstallRow { app, generation, record: record.zip(signature) }
    }

    /// Whether the agent may call anything of it.
    pub(crate) fn is_for(&self, agent: &Agent, grants: &[Grant]) -> bool {
        let point = &self.app.point;
        let calls = |grant: &Grant| grant.may.contains(&May::Call) && grant.to.covers(agent);
        grants.iter().any(|grant| calls(grant) && touches(&grant.on, point))
    }

    /// Whether its bundle has a file with this digest.
    pub(crate) fn has_blob(&self, digest: &Digest) -> bool {
        self.app.has_file(digest)
    }
}

impl Picture {
    /// Collects the grants anew.
    pub(super) fn renew(&mut self) {
        let apps = self.apps.values().flat_map(|one| one.app.grants.iter());
        self.grants = self.standing.iter().chain(apps).cloned().collect();
    }

    /// The application a point belongs to, if it is installed.
    pub(crate) fn app_of(&self, point: &Point) -> Option<&Arc<Installation>> {
        let mut app = point.clone();
        while app.segments().count() > 2 || app.path().is_some() {
            app = app.parent()?;
        }
        self.apps.get(&app)
    }

    /// The mechtron (and its key) that a point names.
    pub(crate) fn mechtron(&self, point: &Point) -> Option<&Arc<MechtronSpec>> {
        self.app_of(point)?.app.mechtron(point)
    }

    /// Whether a point names a keyed mechtron, without its key.
    pub(crate) fn has_keys_at(&self, point: &Point) -> bool {
        let name = point.segments().nth(2).filter(|_| point.segments().count() == 3);
        let spec = name.and_then(|name| self.app_of(point)?.app.mechtrons.get(name));
        spec.is_some_and(|spec| spec.keyed)
    }

    /// The bundle with this point or digest.
    pub(crate) fn bundle(&self, name: &str) -> Option<&Arc<Signed>> {
        if let Ok(digest) = name.parse::<Digest>() {
            return self.bundles.values().find(|bundle| bundle.digest == digest);
        }
        self.bundles.get(&name.parse().ok()?)
    }

    /// Whether a bundle names a file with this digest.
    pub(crate) fn names(&self, digest: &Digest) -> bool {
        self.bundles.values().any(|bundle| bundle.manifest.files.values().any(|file| file.sha256 == *digest))
    }

    /// What an agent is told when it comes: the applications it may call anything of.
    pub(crate) fn installs_for(&self, agent: &Agent) -> Vec<Installed> {
        self.apps.values().filter(|one| one.is_for(agent, &self.grants)).map(|one| one.told.clone()).collect()
    }
}

/// Whether a pattern fits a point or anything below it.
fn touches(pattern: &Pattern, point: &Point) -> bool {
    let mut parts = pattern.as_str().split(':');
    for segment in point.segments() {
        match parts.next() {
            Some("**") => return true,
            Some(part) if part == "*" || part == segment => {}
            _ => return false,
        }
    }
    true
}

/// The operator may everything in the space, and with all that belongs to it.
pub(super) fn operators(space: &str) -> Option<Grant> {
    let operator: Pattern = format!("{space}:users:operator").parse().ok()?;
    let may = vec![May::Call, May::Read, May::Publish, May::Install, May::Admin];
    Some(Grant { to: Grantee::Pattern(operator), may, on: format!("{space}:**").parse().ok()?, methods: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_touches_an_application_when_it_fits_something_of_it() {
        let app: Point = "localhost:chat".parse().unwrap();
        let touched = |pattern: &str| touches(&pattern.parse().unwrap(), &app);
        assert!(touched("localhost:**") && touched("localhost:chat:room:*") && touched("localhost:*:room"));
        assert!(touched("localhost:chat") && touched("**"));
        assert!(!touched("localhost") && !touched("localhost:hello:**") && !touched("localhost:users:*"));
    }
}
