//! Lock files name packages and digests, never where one machine got them from.

use anyhow::Result;

use super::none_of;
use crate::files;
use crate::root::at;

pub(super) fn check(_: bool) -> Result<()> {
    let lock = files::text(&at("package-lock.json"))?;
    let wrong: Vec<String> = lock
        .lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("\"resolved\": \"http"))
        .map(|(number, _)| format!("package-lock.json:{}: names a registry", number + 1))
        .collect();
    none_of(&wrong, "run `npm install --package-lock-only` in the project's root, where .npmrc leaves them out")
}
