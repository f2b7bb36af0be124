//! Where a visit to an application may begin.

use starlane_host::app::{HttpRule, HttpTo, InstalledApp};
use starlane_protocol::document::Placement;
use starlane_protocol::{Method, Point};

use super::files;

/// The path where a visit may begin: `/` if it leads somewhere, else the shortest path of `[http]` that does. Of one whose
/// rest only a mechtron knows, as it stands in `[http]`: `/hello/*`. None where no page is served.
pub(crate) fn entrance(app: &InstalledApp) -> Option<String> {
    let get: Method = "Http<Get>".parse().ok()?;
    let root = app.http.iter().find(|rule| rule.prefix == "/").filter(|rule| leads(app, rule, &get));
    if root.is_some() {
        return Some("/".into());
    }
    let mut rules: Vec<&HttpRule> = app.http.iter().collect();
    rules.sort_by(|a, b| (a.prefix.len(), &a.prefix).cmp(&(b.prefix.len(), &b.prefix)));
    rules.into_iter().find_map(|rule| match leads(app, rule, &get) {
        true => Some(rule.prefix.clone()),
        false if rule.open_end => leads_on(app, rule, &get),
        false => None,
    })
}

/// Whether the literal path of a rule leads to something.
fn leads(app: &InstalledApp, rule: &HttpRule, get: &Method) -> bool {
    match &rule.to {
        HttpTo::Files(target) => files::is_there(app, target, &rule.prefix),
        HttpTo::Mechtron(point) => routes(app, point).is_some_and(|bind| bind.document.find(get, &rule.prefix).is_ok()),
        HttpTo::Keyed(_) => false,
    }
}

/// A path that a rule with an open end leads on to.
fn leads_on(app: &InstalledApp, rule: &HttpRule, get: &Method) -> Option<String> {
    match &rule.to {
        HttpTo::Files(target) => files::first_page(app, target, &rule.prefix),
        HttpTo::Mechtron(point) | HttpTo::Keyed(point) => {
            let mut routes = routes(app, point)?.document.routes.iter().filter(|route| route.method == *get);
            let below = routes.any(|route| route.path.to_string().starts_with(rule.prefix.as_str()));
            below.then(|| format!("{}*", rule.prefix))
        }
    }
}

/// What a mechtron that serves pages on the relay can be asked; it is known by its name, whatever its key.
fn routes<'a>(app: &'a InstalledApp, point: &Point) -> Option<&'a starlane_host::bind::CompiledBind> {
    let spec = app.mechtrons.get(point.segments().nth(2)?)?;
    (spec.placement != Placement::Browser).then(|| &*spec.bind)
}
