//! Words that come again and again over one lane: points, methods, content types. One that was read lately is shared, not
//! parsed and allocated anew. Bounded in number and length, so that a lane holds a few KiB of them at most.

use std::sync::Arc;

use crate::{Agent, Method, Point};

/// Words of one kind that are kept; a lane rarely speaks with more at a time. The oldest makes way.
const KEPT: usize = 16;

/// Bytes of the longest word that is kept: what comes again is short.
const KEPT_BYTES: usize = 128;

/// What was read lately.
#[derive(Debug, Default)]
pub(super) struct Words {
    points: Recent<Point>,
    methods: Recent<Method>,
    texts: Recent<Arc<str>>,
}

impl Words {
    /// A point.
    pub(super) fn point(&mut self, text: &str) -> Result<Point, String> {
        self.points.get(text, |text| text.parse().map_err(|error| format!("point: {error}")))
    }

    /// An agent: a point of a user or mechtron, or `anonymous`.
    pub(super) fn agent(&mut self, text: &str) -> Result<Agent, String> {
        // The form of an agent is judged by its own parser when the point was not an agent's before.
        match self.points.find(text).filter(|point| point.path().is_none() && text.contains(':')) {
            Some(point) => Ok(Agent::Point(point)),
            None => {
                let agent: Agent = text.parse().map_err(|error| format!("agent: {error}"))?;
                agent.point().into_iter().for_each(|point| self.points.keep(point.clone()));
                Ok(agent)
            }
        }
    }

    /// A method.
    pub(super) fn method(&mut self, text: &str) -> Result<Method, String> {
        self.methods.get(text, |text| text.parse().map_err(|error| format!("method: {error}")))
    }

    /// Any other text.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if text.is_empty() {
            return Arc::default();
        }
        self.texts
            .get(text, |text| Ok::<_, std::convert::Infallible>(text.into()))
            .unwrap_or_else(|never| match never {})
    }
}

/// The last few of one kind.
#[derive(Debug)]
struct Recent<T> {
    kept: Vec<T>,
    oldest: usize,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), oldest: 0 }
    }
}

impl<T: Clone + Word> Recent<T> {
    fn get<E>(&mut self, text: &str, make: impl FnOnce(&str) -> Result<T, E>) -> Result<T, E> {
        if let Some(known) = self.find(text) {
            return Ok(known);
        }
        let made = make(text)?;
        self.keep(made.clone());
        Ok(made)
    }

    fn find(&self, text: &str) -> Option<T> {
        self.kept.iter().find(|word| word.word() == text).cloned()
    }

    fn keep(&mut self, word: T) {
        if word.word().len() > KEPT_BYTES {
            return;
        }
        if self.kept.len() < KEPT {
            return self.kept.push(word);
        }
        self.kept[self.oldest] = word;
        self.oldest = (self.oldest + 1) % KEPT;
    }
}

/// Something with one written form.
trait Word {
    fn word(&self) -> &str;
}

impl Word for Point {
    fn word(&self) -> &str {
        self.as_str()
    }
}

impl Word for Method {
    fn word(&self) -> &str {
        self.as_str()
    }
}

impl Word for Arc<str> {
    fn word(&self) -> &str {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_lately_is_shared() {
        let mut words = Words::default();
        let (one, two) = (words.point("localhost:chat").unwrap(), words.point("localhost:chat").unwrap());
        assert!(std::ptr::eq(one.as_str(), two.as_str()));
        let agent = words.agent("localhost:chat").unwrap();
        assert!(std::ptr::eq(agent.point().unwrap().as_str(), one.as_str()));
        assert_eq!(words.agent("anonymous"), Ok(Agent::Anonymous));
    }

    #[test]
    fn a_word_of_one_kind_is_not_taken_for_one_of_another() {
        let mut words = Words::default();
        words.point("localhost:repo:chat:1.2.0:/page").unwrap();
        assert!(words.agent("localhost:repo:chat:1.2.0:/page").is_err());
        words.point("anonymous").unwrap();
        assert_eq!(words.agent("anonymous"), Ok(Agent::Anonymous));
        words.text("Ext<go>");
        assert!(words.method("Ext<go>").is_err() && words.point("Ext<go>").is_err());
    }

    #[test]
    fn only_so_many_words_are_kept() {
        let mut words = Words::default();
        for n in 0..1_000 {
            words.text(&format!("text-{n}"));
        }
        words.text(&"long".repeat(KEPT_BYTES));
        assert_eq!(words.texts.kept.len(), KEPT);
        assert!(words.texts.kept.iter().all(|text| text.len() <= KEPT_BYTES));
    }
}
