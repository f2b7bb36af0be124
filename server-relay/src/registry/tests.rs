//! What the registry lets stand, where no command asks for it yet.

use starlane_bundle::{Digest, FileEntry, Manifest, Version};
use starlane_protocol::{Agent, Point};

use super::*;
use crate::mesh::Mesh;
use crate::relay::still;
use crate::upgrade::Way;

fn point(text: &str) -> Point {
    text.parse().unwrap()
}

/// Publishes a site of one page.
async fn publish(mesh: &Mesh, version: &str) -> Point {
    let bundle = point(&format!("localhost:repo:site:{version}"));
    let mut upload = mesh.blobs.upload(Agent::Anonymous).await.unwrap();
    upload.write(version.as_bytes()).await.unwrap();
    let sha256 = Digest::of(version.as_bytes());
    upload.finish(sha256).await.unwrap();
    let page = FileEntry { sha256, size: version.len() as u64, media: "text/html".into() };
    let files = [("index.html".to_owned(), page)].into_iter().collect();
    let manifest = Manifest::new(bundle.clone(), files, Default::default()).unwrap();
    let upload = Upload { bytes: manifest.to_bytes(), by: None };
    drop(mesh.registry.accept(&bundle, upload, &mesh.notary(), &mesh.blobs).await.unwrap());
    bundle
}

/// Installs it; the generation, or why not.
async fn install(mesh: &Mesh, bundle: Point) -> Result<u64, String> {
    let want = |there: Option<&InstallRecord>| Ok(Wanted::bundle(bundle, there));
    put(mesh, want).await
}

async fn set_floor(mesh: &Mesh, floor: Option<Version>) -> Result<u64, String> {
    let want = |there: Option<&InstallRecord>| match there {
        Some(there) => Ok(Wanted { floor, ..Wanted::of(there) }),
        None => Err(no_app(&point("localhost:site"))),
    };
    put(mesh, want).await
}

/// Puts what is wanted in force; the generation, or why not.
async fn put(mesh: &Mesh, want: impl FnOnce(Option<&InstallRecord>) -> Result<Wanted, Problem>) -> Result<u64, String> {
    let code = |problem: Problem| problem.code.into_owned();
    let way = Way::Forth { breaking: false };
    match mesh.registry.plan(&point("localhost:site"), want, way, &mesh.notary()).await.map_err(code)? {
        Ok(plan) => {
            let change = mesh.registry.carry_out(&plan, &[], &mesh.store, || {}).await.map_err(code)?;
            Ok(change.what.app.generation)
        }
        Err(there) => Ok(there.app.generation),
    }
}

#[tokio::test]
async fn nothing_below_the_floor_is_installed() {
    let data = tempfile::tempdir().unwrap();
    let mesh = still(data.path()).await.unwrap();
    assert_eq!(set_floor(&mesh, None).await, Err("no-app".into()));
    let (old, new) = (publish(&mesh, "1.0.0").await, publish(&mesh, "1.1.0").await);
    assert_eq!(install(&mesh, new.clone()).await, Ok(1));
    assert_eq!(set_floor(&mesh, Some(Version::new(1, 2, 0))).await, Err("below-floor".into()));
    assert_eq!(set_floor(&mesh, Some(Version::new(1, 1, 0))).await, Ok(2));
    assert_eq!(set_floor(&mesh, Some(Version::new(1, 1, 0))).await, Ok(2));
    assert_eq!(install(&mesh, old.clone()).await, Err("below-floor".into()));
    // It is what the record says, after a start as well, until it is lifted.
    let now = Registry::open(&mesh.space, &mesh.notary()).await.unwrap().now();
    assert_eq!(now.apps[&point("localhost:site")].record.floor, Some(Version::new(1, 1, 0)));
    assert_eq!(set_floor(&mesh, None).await, Ok(3));
    assert_eq!(install(&mesh, old).await, Ok(4));
}

#[tokio::test]
async fn a_store_whose_records_are_not_the_last_is_not_opened() {
    let data = tempfile::tempdir().unwrap();
    let mesh = still(data.path()).await.unwrap();
    let bundle = publish(&mesh, "1.0.0").await;
    install(&mesh, bundle).await.unwrap();
    let row = mesh.registry.now().apps[&point("localhost:site")].row();
    let older = InstallRow { generation: row.generation + 1, ..row.clone() };
    mesh.store.put_install(&older).await.unwrap();
    let refused = Registry::open(&mesh.space, &mesh.notary()).await.err().unwrap();
    assert_eq!((refused.code(), refused.to_string().contains("generation 1 of")), ("store-damaged", true));
    mesh.store.put_install(&row).await.unwrap();
    let mut series = mesh.store.series().await.unwrap().remove(0);
    series.serial += 1;
    mesh.store.put_records(&[series], &[]).await.unwrap();
    let refused = Registry::open(&mesh.space, &mesh.notary()).await.err().unwrap().to_string();
    assert!(refused.contains("its serial is 1, and 2 was the last"), "{refused}");
}
