//! Under which names state is kept: what is a tab's own apart from what a user's tabs of one browser have together.

use std::rc::Rc;

use starlane_protocol::document::Placement;

/// The names a tab keeps state under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Homes {
    tab: Rc<str>,
    /// Of the user who is here. Relay and user, with a space between: no tab's name has one.
    browser: Rc<str>,
}

impl Homes {
    pub(super) fn new(tab: &str) -> Self {
        Self { tab: tab.into(), browser: Rc::default() }
    }

    pub(super) fn set_browser(&mut self, home: Rc<str>) {
        self.browser = home;
    }

    /// Where the state of what is placed so is kept.
    pub(crate) fn of(&self, placement: Placement) -> &Rc<str> {
        if placement == Placement::Browser { &self.browser } else { &self.tab }
    }

    /// Those that are this tab's to change: its own, and the browser's while it has that.
    pub(crate) fn ours(&self, has_browser: bool) -> Vec<Rc<str>> {
        let browser = has_browser.then(|| self.browser.clone());
        [self.tab.clone()].into_iter().chain(browser).collect()
    }
}
