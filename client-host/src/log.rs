//! The log of a tab: lines go to the page, which shows them in the console and as `log` events.

use std::cell::RefCell;
use std::{mem, panic};

use crate::page::Page;
use starlane_host::event::{LogLevel, LogLine};
use starlane_protocol::Point;

thread_local! {
    /// The pages that are told when this crate itself fails; the panic hook reaches nothing else.
    static WITNESSES: RefCell<Vec<Page>> = const { RefCell::new(Vec::new()) };
}

/// Tells the page from now on when this crate itself fails: its star is then lost and must be started anew.
pub(crate) fn watch_for_panics(page: &Page) {
    WITNESSES.with_borrow_mut(|witnesses| witnesses.push(page.clone()));
    panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        let witnesses = WITNESSES.with(|witnesses| witnesses.try_borrow_mut().map(|mut all| mem::take(&mut *all)));
        for page in witnesses.unwrap_or_default() {
            let _ = page.trapped(&message);
        }
    }));
}

/// The page is told no more.
pub(crate) fn forget(page: &Page) {
    WITNESSES.with_borrow_mut(|witnesses| witnesses.retain(|other| other != page));
}

/// One line, about the star or one of its mechtrons.
pub(crate) fn line(level: LogLevel, point: &Point, text: impl Into<String>) -> LogLine {
    LogLine { level, point: point.clone(), text: text.into() }
}
