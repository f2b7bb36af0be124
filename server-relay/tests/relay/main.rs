//! A relay in this process, with real lanes and real HTTP: a file for each behaviour.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod mesh;

mod applications_are_swapped_whole;
mod applications_over_http;
mod bundles_are_whole_and_sound;
mod commands_are_waves;
mod lanes;
mod nobody_takes_everybodys_places;
mod nothing_answered_is_lost;
mod opening_and_closing;
mod owners_put_their_own_in_place;
mod removing;
mod swaps_are_attacked;
mod swaps_lose_nothing;
mod trust_is_kept;
mod users_have_series_of_their_own;
mod users_own_what_is_theirs;
mod values_and_settings;
mod versions_keep_their_promise;
mod waves_find_their_way;
