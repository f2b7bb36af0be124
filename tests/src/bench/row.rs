//! A measured row.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value, json};

/// What a median must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Aim {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
}

/// One line of the table.
pub(super) struct Row {
    name: &'static str,
    what: &'static str,
    beside: &'static str,
    ratios: Vec<f64>,
    aim: Option<Aim>,
    unit: &'static str,
    note: String,
}

impl Row {
    pub(super) fn new(what: &'static str, beside: &'static str, aim: Option<Aim>, pairs: &Pairs, note: String) -> Self {
        let ratios = pairs.0.iter().map(|(ours, theirs)| ours / theirs).collect();
        Self { name: "", what, beside, ratios, aim, unit: "×", note }
    }

    /// Numbers with nothing beside them, one a round, and what they should not exceed.
    pub(super) fn alone(what: &'static str, unit: &'static str, numbers: Vec<f64>, most: f64, note: String) -> Self {
        Self { name: "", what, beside: "", ratios: numbers, aim: Some(Aim::AtMost(most)), unit, note }
    }

    pub(super) fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub(super) fn to_json(&self) -> Value {
        let aim = self.aim.map(|aim| match aim {
            Aim::AtMost(ratio) => json!({ "at_most": ratio }),
            Aim::AtLeast(ratio) => json!({ "at_least": ratio }),
        });
        json!({
            "row": self.name, "what": self.what, "beside": self.beside, "unit": self.unit, "ratios": self.ratios, "aim": aim,
            "note": self.note,
        })
    }
}

/// What both sides gave, round by round.
pub(super) struct Pairs(pub(super) Vec<(f64, f64)>);

impl Pairs {
    /// Runs both sides in turn, so many rounds after one that is thrown away.
    pub(super) fn measure(
        rounds: usize,
        mut ours: impl FnMut() -> Result<f64>,
        mut theirs: impl FnMut() -> Result<f64>,
    ) -> Result<Self> {
        let mut pairs = Vec::with_capacity(rounds);
        for round in 0..=rounds {
            let pair = (ours()?, theirs()?);
            if round > 0 {
                pairs.push(pair);
            }
        }
        Ok(Self(pairs))
    }

    /// The median of each side.
    pub(super) fn medians(&self) -> (f64, f64) {
        let side = |pick: fn(&(f64, f64)) -> f64| median(self.0.iter().map(pick).collect());
        (side(|pair| pair.0), side(|pair| pair.1))
    }
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Microseconds each of `times` took, done one after the other.
pub(super) fn micros_each(times: u32, run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began = Instant::now();
    run()?;
    Ok(micros(began.elapsed()) / f64::from(times))
}

pub(super) fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
