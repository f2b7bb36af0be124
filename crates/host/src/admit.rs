//! Who may speak to whom: one function judges every wave, where it starts and again where it comes up a lane.
//!
//! The default is no. Grants only allow. A mechtron's own fence is judged besides, never instead.

use starlane_protocol::{Agent, Code, Grant, May, Method, MethodFamily, Pattern, Point, Refusal, Wave};

/// How a wave came to be judged here.
#[derive(Debug, Clone, Copy)]
pub enum Via<'a> {
    /// It begins in this star: the shell (`fence` is `None`) or a mechtron with its own fence.
    Here {
        /// What the sending mechtron's code may call.
        fence: Option<&'a [Pattern]>,
        /// Whether that code is none of its application's own: its owner put it there.
        outsider: bool,
    },
    /// It came up a lane of this star, whose agent is this.
    Lane {
        /// The point of the star at the other end.
        star: &'a Point,
        /// The lane's agent.
        agent: &'a Agent,
    },
    /// A line of `[http]` led it here: that line is the grant.
    HttpLine,
}

/// What the judge must know of the mesh.
pub trait Rules {
    /// Every grant in force.
    fn grants(&self) -> &[Grant];
    /// The agent of the star with this point (`<space>:stars:<id>`), if it has a lane here.
    fn star_agent(&self, star: &Point) -> Option<Agent>;
    /// The user who owns the mechtron at this point, if one does (`keyed = "user"`).
    fn owner(&self, mechtron: &Point) -> Option<Point>;
}

/// Judges a wave. Pongs are not judged here: they are matched with the ping they answer.
///
/// # Errors
/// `forged-from`, `may-not-call` or `forbidden`, with who wanted what.
pub fn admit(wave: &Wave, via: Via<'_>, rules: &dyn Rules) -> Result<(), Refusal> {
    match via {
        Via::HttpLine => return Ok(()),
        Via::Here { fence: Some(fence), .. } if !fence.iter().any(|pattern| covers(pattern, &wave.to)) => {
            let message = format!("{} may not call {}: its `[may] call` does not name it", wave.from, wave.to);
            return Err(Refusal::new(Code::MayNotCall, message));
        }
        Via::Here { .. } => {}
        Via::Lane { star, agent } => {
            if !wave.from.is_within(star) {
                let message = format!("a wave from {star} says that it comes from {}", wave.from);
                return Err(Refusal::new(Code::ForgedFrom, message));
            }
            if wave.agent != *agent {
                let message = format!("a wave from {star} says that {} answers for it, not {agent}", wave.agent);
                return Err(Refusal::new(Code::ForgedFrom, message));
            }
        }
    }
    let insider = !matches!(via, Via::Here { outsider: true, .. });
    let allowed = (insider && same_app(wave)) || own_star(wave, rules) || granted(wave, rules) || owned(wave, rules);
    if allowed { Ok(()) } else { Err(forbidden(&wave.agent, &describe(wave), &wave.to)) }
}

/// Judges a command to the mesh itself (publish, install, read …).
///
/// # Errors
/// `forbidden`, with who wanted what.
pub fn admit_command(agent: &Agent, may: May, on: &Point, rules: &dyn Rules) -> Result<(), Refusal> {
    let allowed = rules.grants().iter().any(|grant| grant.allows(agent, may, on, None));
    if allowed { Ok(()) } else { Err(forbidden(agent, &format!("{may:?}").to_lowercase(), on)) }
}

/// Whether a pattern covers a point: itself, or, for a mechtron in a tab, the application's point it is placed from.
pub(crate) fn covers(pattern: &Pattern, point: &Point) -> bool {
    pattern.matches(point) || placed_from(point).is_some_and(|point| pattern.matches(&point))
}

/// The point of an application's mechtron, given where it is placed: `s:stars:<id>:chat:x` is placed from `s:chat:x`.
pub fn placed_from(point: &Point) -> Option<Point> {
    let mut segments = point.segments();
    let (space, stars, _id) = (segments.next()?, segments.next()?, segments.next()?);
    if stars != "stars" {
        return None;
    }
    let rest: Vec<&str> = segments.collect();
    if rest.len() < 2 {
        return None;
    }
    format!("{space}:{}", rest.join(":")).parse().ok()
}

/// The star a point lies in: `<space>:stars:<id>` of anything below it.
pub fn star_of(point: &Point) -> Option<Point> {
    let mut segments = point.segments();
    let (space, stars, id) = (segments.next()?, segments.next()?, segments.next()?);
    if stars != "stars" {
        return None;
    }
    format!("{space}:stars:{id}").parse().ok()
}

/// Server mechtrons of one application may call each other, and that application's mechtrons in tabs.
fn same_app(wave: &Wave) -> bool {
    // A server mechtron speaks as itself, so its agent is its own point; nothing from a tab can.
    if wave.agent.point() != Some(&wave.from) {
        return false;
    }
    let mut segments = wave.from.segments();
    match (segments.next(), segments.next(), segments.next()) {
        // What is in a star is placed there, and users stand under one point as well and are no application.
        (_, Some("stars" | "users"), _) => false,
        (Some(space), Some(app), Some(_)) => app_of(&wave.to) == Some((space, app)),
        _ => false,
    }
}

/// The space and name of the application that a point belongs to, also where it is placed in a tab.
fn app_of(point: &Point) -> Option<(&str, &str)> {
    let mut segments = point.segments();
    let (space, app) = (segments.next()?, segments.next()?);
    if app != "stars" {
        return Some((space, app));
    }
    let placed = segments.nth(1).filter(|_| segments.next().is_some());
    Some((space, placed.unwrap_or(app)))
}

/// A star belongs to the user of its lane. `anonymous` is nobody's own user.
fn own_star(wave: &Wave, rules: &dyn Rules) -> bool {
    let Some(star) = star_of(&wave.to) else { return false };
    wave.agent.is_user() && rules.star_agent(&star).as_ref() == Some(&wave.agent)
}

/// What stands for a user may be called by that user.
fn owned(wave: &Wave, rules: &dyn Rules) -> bool {
    wave.agent.is_user() && wave.agent.point() == rules.owner(&wave.to).as_ref()
}

fn granted(wave: &Wave, rules: &dyn Rules) -> bool {
    let placed = placed_from(&wave.to);
    let mesh_command = wave.method.as_ref().is_some_and(|method| method.family() == MethodFamily::Cmd);
    rules.grants().iter().any(|grant| {
        // Whoever may call anything there may watch it.
        let any: Option<Method> = None;
        let method = if mesh_command { &any } else { &wave.method };
        let mut grant = std::borrow::Cow::Borrowed(grant);
        if mesh_command && !grant.methods.is_empty() {
            grant.to_mut().methods.clear();
        }
        let here = |point: &Point| grant.allows(&wave.agent, May::Call, point, method.as_ref());
        here(&wave.to) || placed.as_ref().is_some_and(here)
    })
}

fn describe(wave: &Wave) -> String {
    wave.method.as_ref().map_or_else(|| wave.kind.to_string(), |method| format!("call {method} of"))
}

fn forbidden(agent: &Agent, what: &str, on: &Point) -> Refusal {
    Refusal::new(Code::Forbidden, format!("no grant lets {agent} {what} {on}"))
}
