//! A measured row, as the benches print it.

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// The order of the table, by the rows' names.
const ORDER: [&str; 18] = [
    "work-tab",
    "ping-native",
    "ping-tab",
    "shell-native",
    "bind-64",
    "bind-64k",
    "waking",
    "round-trip",
    "throughput",
    "idle-lane",
    "size",
    "reload",
    "awake-tab",
    "asleep-tab",
    "swap-relay",
    "swap-tab",
    "upgrade-tabs",
    "upgrade-bytes",
];

/// One line of the table.
#[derive(Deserialize)]
pub(super) struct Row {
    #[serde(rename = "row")]
    pub(super) name: String,
    pub(super) what: String,
    pub(super) beside: String,
    /// `×`, or what the numbers are when nothing stands beside them.
    pub(super) unit: String,
    /// One a round.
    pub(super) ratios: Vec<f64>,
    pub(super) aim: Option<Aim>,
    /// The absolute numbers, which say little on another machine.
    pub(super) note: String,
}

/// What the median must be.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Aim {
    AtMost(f64),
    AtLeast(f64),
}

impl Row {
    /// All rows of an output.
    pub(super) fn all(output: &str) -> Result<Vec<Self>> {
        let lines = output.lines().filter(|line| line.starts_with('{'));
        lines.map(|line| serde_json::from_str(line).with_context(|| format!("a bench printed {line}"))).collect()
    }

    /// Its place in the table.
    pub(super) fn place(&self) -> usize {
        ORDER.iter().position(|name| *name == self.name).unwrap_or(ORDER.len())
    }

    /// Median, least and most.
    pub(super) fn spread(&self) -> (f64, f64, f64) {
        let mut all = self.ratios.clone();
        all.sort_by(f64::total_cmp);
        let at = |index: usize| all.get(index).copied().unwrap_or(f64::NAN);
        (at(all.len() / 2), at(0), at(all.len().saturating_sub(1)))
    }

    /// Whether the median is what it should be; nothing when there is no aim.
    pub(super) fn met(&self) -> Option<bool> {
        let (median, ..) = self.spread();
        self.aim.as_ref().map(|aim| match aim {
            Aim::AtMost(most) => median <= *most,
            Aim::AtLeast(least) => median >= *least,
        })
    }

    pub(super) fn to_json(&self) -> Value {
        let (median, min, max) = self.spread();
        let aim = self.aim.as_ref().map(|aim| match aim {
            Aim::AtMost(most) => json!({ "at_most": most }),
            Aim::AtLeast(least) => json!({ "at_least": least }),
        });
        json!({
            "row": self.name, "what": self.what, "beside": self.beside, "unit": self.unit, "median": median, "min": min,
            "max": max, "rounds": self.ratios.len(), "aim": aim, "met": self.met(), "note": self.note,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn a_row_is_judged_by_its_median() {
        let line = r#"{"row":"x","what":"a","beside":"b","unit":"×","ratios":[3,9,1],"aim":{"at_most":4.0},"note":""}"#;
        let rows = Row::all(&format!("noise\n{line}\n")).unwrap();
        assert_eq!(rows[0].spread(), (3.0, 1.0, 9.0));
        assert_eq!(rows[0].met(), Some(true));
    }
}
