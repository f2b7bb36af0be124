//! Series: bundles of one name, told apart by their versions.

use starlane_protocol::Point;

/// Whether a point is that of a series: `<space>:repo:<name>`, or a user's own, `<space>:users:<id>:repo:<name>`.
pub fn is_series(point: &Point) -> bool {
    let mut segments = point.segments().skip(1);
    let user = segments.clone().next() == Some("users");
    if user {
        segments.nth(1);
    }
    point.path().is_none()
        && segments.next() == Some("repo")
        && segments.next().is_some_and(|name| !name.contains('.'))
        && segments.next().is_none()
}
