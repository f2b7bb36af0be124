//! Comparing: whether one schema takes every body that another takes.
//!
//! The answer is exact. Forms are compared side by side, a pair of definitions once (a body is finite, so what holds for
//! every step holds for the whole), and forms that no body fits are left out. Where the answer is no there is a body to
//! show for it, unless the smallest one is past the bounds of bodies.
//!
//! Members that the left schema does not name are left aside: an open schema would otherwise never gain a member.

mod branch;
mod pair;

use std::collections::{BTreeSet, VecDeque};

use crate::form::{Node, Schema};
use crate::limits::DEPTH;
use crate::sample::Samples;
use crate::value::Value;
use branch::{Holds, Hop};
use pair::Sides;

/// Pairs of definitions that are compared; schemas of people have some hundred at most.
const PAIRS: usize = 100_000;

/// A body that the left schema takes and the right one refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// The place in the body, as a JSON Pointer (RFC 6901).
    pub place: String,
    /// What the right schema says to it.
    pub reason: String,
    /// The body, as JSON; none if the smallest is past the bounds of bodies.
    pub example: Option<String>,
}

/// Looks for a body that `left` takes and `right` refuses.
pub fn gap(left: &Schema, right: &Schema) -> Option<Gap> {
    let sides = Sides { left, right, samples: Samples::of(left) };
    let mut search = Search { pairs: Vec::new(), seen: BTreeSet::new(), open: VecDeque::new() };
    let mut first = Vec::new();
    if let Err(miss) = sides.nodes(Holds::Node(&left.root), &right.root, &mut Vec::new(), &mut first) {
        return Some(search.gap(&sides, None, miss));
    }
    for (left, right, hops) in first {
        search.enter(left, right, None, hops);
    }
    while let Some(index) = search.open.pop_front() {
        if index >= PAIRS {
            let reason = "the schemas are too entangled to be compared".into();
            return Some(Gap { place: String::new(), reason, example: None });
        }
        let (left, right) = (search.pairs[index].left, search.pairs[index].right);
        let mut later = Vec::new();
        if let Err(miss) = sides.forms(left, right, &mut Vec::new(), &mut later) {
            return Some(search.gap(&sides, Some(index), miss));
        }
        for (left, right, hops) in later {
            search.enter(left, right, Some(index), hops);
        }
    }
    None
}

/// What was found: the way inside the pair, and the body that is refused there if it can be shown.
#[derive(Debug)]
struct Miss<'s> {
    hops: Vec<Hop<'s>>,
    value: Option<Value<'s>>,
}

/// Two nodes that stand at the same place of a body.
#[derive(Debug)]
struct Pair<'s> {
    left: &'s Node,
    right: &'s Node,
    /// The pair they were found in, and the way there.
    from: Option<usize>,
    hops: Vec<Hop<'s>>,
}

struct Search<'s> {
    pairs: Vec<Pair<'s>>,
    /// The pairs by where their nodes lie; only asked, never walked.
    seen: BTreeSet<(usize, usize)>,
    open: VecDeque<usize>,
}

impl<'s> Search<'s> {
    fn enter(&mut self, left: &'s Node, right: &'s Node, from: Option<usize>, hops: Vec<Hop<'s>>) {
        let place = |node: &Node| std::ptr::from_ref(node).addr();
        if self.seen.insert((place(left), place(right))) {
            self.open.push_back(self.pairs.len());
            self.pairs.push(Pair { left, right, from, hops });
        }
    }

    /// The body around what was found, and what the right schema says to it.
    fn gap(&self, sides: &Sides<'s>, index: Option<usize>, miss: Miss<'s>) -> Gap {
        let mut hops = miss.hops;
        let mut at = index;
        while let Some(pair) = at.map(|at| &self.pairs[at]) {
            hops.splice(0..0, pair.hops.iter().cloned());
            at = pair.from;
        }
        let place: String = hops.iter().map(Hop::step).collect();
        let around = |inner: Value<'s>| hops.iter().rev().try_fold(inner, |inner, hop| hop.around(inner, sides));
        let body = miss.value.filter(|_| hops.len() <= DEPTH).and_then(around);
        match body.as_ref().and_then(|body| sides.right.check(body).err().map(|why| (body, why))) {
            Some((body, why)) => {
                Gap { place: why.place.clone(), reason: why.to_string(), example: Some(body.to_json()) }
            }
            None => Gap { reason: format!("what was taken at `{place}` is not any more"), place, example: None },
        }
    }
}
