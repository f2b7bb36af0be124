//! Comparing: whether one schema takes every body that another takes.
//!
//! The answer is exact. Forms are compared side by side, a pair of definitions once (a body is finite, so what holds for
//! every step holds for the whole), and forms that no body fits are left out. Where the answer is no there is a body to
//! show for it, unless the smallest one is past the bounds of bodies.
//!
//! Members that the left schema does not name are left aside where the right one takes them with any value or gives them a
//! schema: an open object would otherwise never gain a member. Where it takes none, or only some values, they count.

mod branch;
mod pair;

use std::collections::{BTreeSet, VecDeque};

use crate::form::{Node, Schema};
use crate::limits::DEPTH;
use crate::mismatch::cut;
use crate::sample::Samples;
use crate::steps::Steps;
use crate::value::Value;
use branch::{Holds, Hop};
use pair::Sides;

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

/// Letters of an example that is shown.
const EXAMPLE: usize = 2_000;

/// Looks for a body that `left` takes and `right` refuses.
pub fn gap(left: &Schema, right: &Schema) -> Option<Gap> {
    gap_within(left, right, &Steps::default())
}

/// The same with the steps that are left to a larger piece of work. Once they are used up, everything is a gap.
pub fn gap_within(left: &Schema, right: &Schema, steps: &Steps) -> Option<Gap> {
    let Some(samples) = Samples::of(left, steps) else { return Some(Gap::entangled()) };
    let sides = Sides { left, right, samples, steps };
    let mut search = Search { pairs: Vec::new(), seen: BTreeSet::new(), open: VecDeque::new() };
    let mut first = Vec::new();
    if let Err(miss) = sides.nodes(Holds::Node(&left.root), &right.root, &mut Vec::new(), &mut first) {
        return Some(search.gap(&sides, None, miss));
    }
    for (left, right, hops) in first {
        search.enter(left, right, None, hops);
    }
    while let Some(index) = search.open.pop_front() {
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

impl Gap {
    fn entangled() -> Self {
        let reason = "the schemas are too entangled to be compared".into();
        Self { place: String::new(), reason, example: None }
    }
}

/// Why two schemas are not found to be compatible.
#[derive(Debug)]
enum Miss<'s> {
    /// What is refused: the way inside the pair, and the body that is refused there if it can be shown.
    Refused { hops: Vec<Hop<'s>>, value: Option<Value<'s>> },
    /// The steps are used up.
    Entangled,
}

impl<'s> Miss<'s> {
    fn at(way: &[Hop<'s>], value: Option<Value<'s>>) -> Self {
        Miss::Refused { hops: way.to_vec(), value }
    }
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
        let Miss::Refused { mut hops, value } = miss else { return Gap::entangled() };
        let mut at = index;
        // A body that goes deeper cannot be shown, and the way to it is long enough.
        while let Some(pair) = at.map(|at| &self.pairs[at]).filter(|_| hops.len() <= DEPTH) {
            hops.splice(0..0, pair.hops.iter().cloned());
            at = pair.from;
        }
        let place = cut(hops.iter().map(Hop::step).collect());
        let around = |inner: Value<'s>| hops.iter().rev().try_fold(inner, |inner, hop| hop.around(inner, sides));
        let body = value.filter(|_| hops.len() <= DEPTH).and_then(around);
        match body.as_ref().and_then(|body| sides.right.check(body).err().map(|why| (body, why))) {
            Some((body, why)) => {
                let example = Some(body.to_json()).filter(|example| example.len() <= EXAMPLE);
                Gap { place: cut(why.place.clone()), reason: cut(why.to_string()), example }
            }
            None => Gap { reason: format!("what was taken at `{place}` is not any more"), place, example: None },
        }
    }
}
