//! `starlane ls [point]`.

mod mesh;
mod tree;

use clap::Args;
use serde_json::{Value, json};
use starlane_protocol::Point;

use super::failure::Failure;
use super::table::{Side, Table, stacked};
use super::{Context, arguments, units};
use mesh::Mesh;

/// List what is in the mesh.
#[derive(Args)]
pub(super) struct Ls {
    /// Only this and what is below it
    point: Option<String>,
    /// As a tree, with keys that run or keep something
    #[arg(long)]
    tree: bool,
}

impl Ls {
    pub(super) fn run(self, context: &Context) -> Result<(), Failure> {
        let within = self.point.as_deref().map(arguments::point).transpose()?;
        let client = context.client()?;
        // What is a user's own is shown to that user, who may not see the mesh.
        let user = within.as_ref().and_then(user_of);
        let mut list = match &user {
            Some(user) => client.command(user, "List", &json!({}))?,
            None => client.mesh(self.tree)?,
        };
        if let Some(within) = &within {
            let meant = mesh::meant(&list, within);
            if user.as_ref() != Some(within) {
                mesh::keep_within(&mut list, within);
            }
            if is_empty(&list) {
                let failure = Failure::new("no-route", format!("nothing stands at {within}"));
                return Err(failure.hint(match meant {
                    Some(point) => format!("did you mean `{point}`? `starlane ls` shows everything"),
                    None => "`starlane ls` shows everything".into(),
                }));
            }
        }
        if self.tree {
            let tree = tree::of(&list);
            return context.output.result(&tree, || tree::render(&tree));
        }
        context.output.result(&list, || people(&Mesh::read(&list)))
    }
}

/// The user that a point belongs to.
fn user_of(point: &Point) -> Option<Point> {
    let mut user = point.clone();
    while user.segments().count() > 3 || user.path().is_some() {
        user = user.parent()?;
    }
    (user.segments().count() == 3 && user.segments().nth(1) == Some("users")).then_some(user)
}

fn is_empty(list: &Value) -> bool {
    mesh::PARTS.iter().all(|part| list[*part].as_array().is_none_or(Vec::is_empty))
}

fn people(mesh: &Mesh) -> String {
    let shown =
        stacked(&[apps(mesh), mechtrons(mesh), overrides(mesh), kept(mesh), stars(mesh), bundles(mesh), users(mesh)]);
    if shown.is_empty() {
        "nothing is there yet: `starlane publish` a folder, then `starlane install` it\n".into()
    } else {
        shown
    }
}

fn apps(mesh: &Mesh) -> Table {
    let mut table = Table::new("apps", &[("point", Side::Left), ("bundle", Side::Left), ("generation", Side::Right)]);
    for app in &mesh.apps {
        let halted = app.halted.as_ref().map(|why| format!(" ({why}: nothing of it runs)")).unwrap_or_default();
        table.row(vec![app.point.clone(), format!("{}{halted}", app.bundle), app.generation.to_string()]);
    }
    table
}

/// Every mechtron that an application names, the running ones of it right below.
fn mechtrons(mesh: &Mesh) -> Table {
    const COLUMNS: &[(&str, Side)] = &[
        ("point", Side::Left),
        ("runs on", Side::Left),
        ("status", Side::Left),
        ("waves", Side::Right),
        ("fuel", Side::Right),
        ("memory", Side::Right),
    ];
    let mut table = Table::new("mechtrons", COLUMNS);
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for named in mesh.apps.iter().flat_map(|app| &app.mechtrons) {
        if !mesh.mechtrons.iter().any(|running| running.point == named.point) {
            let cells = [named.point.as_str(), named.place(), "", "", "", ""];
            rows.push((named.point.clone(), cells.map(str::to_owned).to_vec()));
        }
    }
    for running in &mesh.mechtrons {
        let cells = [
            running.point.clone(),
            running.star.clone(),
            running.status.clone(),
            units::count(running.waves),
            units::count(running.fuel),
            units::bytes(running.memory),
        ];
        rows.push((running.point.clone(), cells.to_vec()));
    }
    rows.sort();
    rows.into_iter().for_each(|(_, cells)| table.row(cells));
    table
}

/// What owners have put behind points of theirs.
fn overrides(mesh: &Mesh) -> Table {
    let mut table = Table::new("overrides", &[("point", Side::Left), ("bundle", Side::Left), ("in force", Side::Left)]);
    for own in &mesh.overrides {
        let in_force = if own.in_force { "yes".to_owned() } else { format!("no: {}", line(&own.why)) };
        table.row(vec![own.point.clone(), own.bundle.clone(), in_force]);
    }
    table
}

/// Letters of a reason that stand in a table: one line of a terminal, beside two points.
const REASON: usize = 60;

/// A reason on one line; a long one, a trace perhaps, is cut and says where the rest is.
fn line(why: &str) -> String {
    let whole = why.split_whitespace().collect::<Vec<_>>().join(" ");
    if whole.chars().count() <= REASON {
        return whole;
    }
    let cut: String = whole.chars().take(REASON).collect();
    format!("{}… (all of it: starlane logs, or --json)", cut.trim_end())
}

/// State of removed applications that waits for the next ones.
fn kept(mesh: &Mesh) -> Table {
    let mut table = Table::new("kept state", &[("point", Side::Left), ("how to remove it", Side::Left)]);
    mesh.kept.iter().for_each(|point| table.row(vec![point.clone(), removal(point)]));
    table
}

/// What removes state that is kept.
fn removal(point: &str) -> String {
    format!("starlane rm {point} --yes")
}

fn stars(mesh: &Mesh) -> Table {
    const COLUMNS: &[(&str, Side)] = &[
        ("point", Side::Left),
        ("kind", Side::Left),
        ("agent", Side::Left),
        ("there for", Side::Right),
        ("mechtrons", Side::Right),
    ];
    let mut table = Table::new("stars", COLUMNS);
    for star in &mesh.stars {
        let (since, mechtrons) = (units::duration(star.since_ms), star.mechtrons.len().to_string());
        table.row(vec![star.point.clone(), star.kind.clone(), star.agent.clone(), since, mechtrons]);
    }
    table
}

fn bundles(mesh: &Mesh) -> Table {
    let mut table = Table::new("bundles", &[("point", Side::Left)]);
    mesh.bundles.iter().for_each(|point| table.row(vec![point.clone()]));
    table
}

fn users(mesh: &Mesh) -> Table {
    let mut table = Table::new("users", &[("point", Side::Left)]);
    mesh.users.iter().for_each(|point| table.row(vec![point.clone()]));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESH: &str = include_str!("../../tests/fixtures/mesh/mesh.json");

    fn shown(within: Option<&str>) -> String {
        let mut list: Value = serde_json::from_str(MESH).unwrap();
        if let Some(within) = within {
            mesh::keep_within(&mut list, &within.parse().unwrap());
        }
        anstream::adapter::strip_str(&people(&Mesh::read(&list))).to_string()
    }

    #[test]
    fn a_mesh_is_listed_as_its_transcript_says() {
        assert_eq!(shown(None), include_str!("../../tests/fixtures/mesh/all.txt"));
        assert_eq!(shown(Some("localhost")), shown(None));
    }

    #[test]
    fn an_app_is_listed_with_its_mechtrons_wherever_they_run() {
        assert_eq!(shown(Some("localhost:chat")), include_str!("../../tests/fixtures/mesh/chat.txt"));
    }

    #[test]
    fn a_tree_shows_what_is_kept_where() {
        let list: Value = serde_json::from_str(MESH).unwrap();
        assert_eq!(tree::render(&tree::of(&list)), include_str!("../../tests/fixtures/mesh/tree.txt"));
        let mut chat = list;
        mesh::keep_within(&mut chat, &"localhost:chat".parse().unwrap());
        let shown = tree::render(&tree::of(&chat));
        assert!(shown.contains("tea-time") && !shown.contains("hello"), "{shown}");
    }

    #[test]
    fn a_long_reason_is_cut_to_one_line() {
        assert_eq!(line("it trapped three times within 60 s"), "it trapped three times within 60 s");
        let shown = line(&format!("it trapped three times:\n  in `one`\n{}", "  in `handle`\n".repeat(20)));
        let wanted = "it trapped three times: in `one` in `handle` in `handle` in …";
        assert_eq!(shown, format!("{wanted} (all of it: starlane logs, or --json)").replace("in …", "in…"));
    }

    #[test]
    fn a_mesh_without_anything_says_what_to_do() {
        assert!(people(&Mesh::default()).contains("starlane publish"));
    }
}
