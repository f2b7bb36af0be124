//! The picture of one moment: bundles, applications, grants.

use std::collections::BTreeMap;
use std::sync::Arc;

use starlane_bundle::{Digest, InstallRecord, Proof, Signed, TrustError};
use starlane_host::app::{InstalledApp, MechtronSpec};
use starlane_protocol::lane::Installed;
use starlane_protocol::{Agent, Grant, Grantee, May, Pattern, Point};

use super::overrides::Overrides;
use super::{Notary, Series, Settings};
use crate::store::InstallRow;

/// Bundles by point.
pub(super) type Bundles = BTreeMap<Point, Arc<Signed>>;

/// What is published and installed at one moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picture {
    /// Rises with every change.
    pub(crate) number: u64,
    /// Every bundle, by point.
    pub(crate) bundles: Bundles,
    /// What is trusted of every series that ever was, by point.
    pub(crate) series: BTreeMap<Point, Arc<Series>>,
    /// Every installed application, by point.
    pub(crate) apps: BTreeMap<Point, Arc<Installation>>,
    /// The last generation of every application that ever was.
    pub(crate) generations: BTreeMap<Point, u64>,
    /// What owners have put behind points of theirs.
    pub(crate) overrides: Overrides,
    /// The highest number of an override that ever was.
    pub(super) last_override: u64,
    /// Settings of the space.
    pub(crate) settings: Settings,
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
    /// What is trusted of its bundle's series.
    pub(crate) series: Arc<Series>,
    /// What a star is told of it.
    pub(crate) told: Installed,
    /// Why nothing of it runs, if nothing does.
    pub(crate) halted: Option<TrustError>,
}

impl Installation {
    /// An application with its record as signed bytes.
    pub(super) fn new(
        app: Arc<InstalledApp>,
        record: InstallRecord,
        (bytes, signature): (Vec<u8>, Vec<u8>),
        series: Arc<Series>,
        bundles: &Bundles,
    ) -> Self {
        let told = Installed {
            app: app.point.clone(),
            generation: app.generation,
            record: Some(bytes),
            signature: Some(signature),
            series: Some(series.bytes.clone()),
            series_signature: Some(series.signature.clone()),
        };
        let halted = halted(&record, &series, bundles).err();
        Self { app, record, series, told, halted }
    }

    /// The same under another record of its series, or with a bundle signed otherwise.
    pub(super) fn under(&self, series: &Arc<Series>, bundles: &Bundles) -> Self {
        let signed = self.told.record.clone().zip(self.told.signature.clone()).unwrap_or_default();
        Self::new(self.app.clone(), self.record.clone(), signed, series.clone(), bundles)
    }

    /// The same with a record that holds for as long as if it were new.
    pub(super) fn renewed(&self, series: &Arc<Series>, bundles: &Bundles, notary: &Notary<'_>) -> Self {
        let record = InstallRecord { expires: notary.expires(), ..self.record.clone() };
        let bytes = record.to_bytes();
        let signature = notary.sign(&bytes);
        Self::new(self.app.clone(), record, (bytes, signature), series.clone(), bundles)
    }

    /// Bytes that a lane is told of it, its point left out.
    pub(super) fn told_bytes(&self) -> usize {
        let Installed { record, signature, series, series_signature, .. } = &self.told;
        [record, signature, series, series_signature].into_iter().flatten().map(Vec::len).sum()
    }

    /// What is stored of it.
    pub(super) fn row(&self) -> InstallRow {
        let Installed { app, generation, record, signature, .. } = self.told.clone();
        InstallRow { app, generation, record: record.zip(signature) }
    }

    /// Whether the agent may call anything of it.
    pub(crate) fn is_for(&self, agent: &Agent, grants: &[Grant]) -> bool {
        let point = &self.app.point;
        let calls = |grant: &Grant| grant.may.contains(&May::Call) && grant.to.covers(agent);
        grants.iter().any(|grant| calls(grant) && touches(&grant.on, point))
    }

    /// Whether it, or a mechtron of it, is made from this bundle.
    pub(crate) fn names(&self, bundle: &Signed) -> bool {
        let mut swapped = self.record.swapped.values();
        self.record.digest == bundle.digest || swapped.any(|part| part.digest == bundle.digest)
    }

    /// The ids of the bundles it is made from.
    pub(crate) fn bundles(&self) -> impl Iterator<Item = Digest> {
        self.record.swapped.values().map(|swapped| swapped.digest).chain([self.record.digest])
    }

    /// The ids of the bundles that it is made from, and another is not.
    pub(super) fn only_bundles(&self, other: &Installation) -> Vec<Digest> {
        self.bundles().filter(|digest| other.bundles().all(|known| known != *digest)).collect()
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
        spec.is_some_and(|spec| spec.keyed.is_keyed())
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

/// Whether what a record names may run: nothing of it is revoked, neither the bundles nor the keys that signed them.
fn halted(record: &InstallRecord, series: &Series, bundles: &Bundles) -> Result<(), TrustError> {
    let proof = Proof { install: record.clone(), series: series.record.clone() };
    proof.check_content()?;
    let versions = record.swapped.values().map(|swapped| &swapped.version).chain([&record.version]);
    for version in versions {
        let point = record.series.child(&version.to_string()).ok();
        if let Some(bundle) = point.and_then(|point| bundles.get(&point)) {
            series.record.check_signed(bundle)?;
        }
    }
    Ok(())
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
    let may = vec![May::Call, May::Read, May::Publish, May::Install, May::Admin, May::Override];
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
