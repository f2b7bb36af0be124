//! The log of a tab: lines go to the page, which shows them in the console and as `log` events.

use std::cell::RefCell;
use std::panic;

use starlane_host::event::{LogLevel, LogLine};
use starlane_protocol::Point;
use wasm_bindgen::JsCast;

use crate::page::Page;

thread_local! {
    /// The page that is told when this crate itself fails; the panic hook reaches nothing else.
    static WITNESS: RefCell<Option<Page>> = const { RefCell::new(None) };
}

/// Tells the page from now on when this crate itself fails: the star is then lost and must be started anew.
pub(crate) fn watch_for_panics(page: &Page) {
    WITNESS.with(|witness| {
        *witness.borrow_mut() = Some(page.unchecked_ref::<wasm_bindgen::JsValue>().clone().unchecked_into())
    });
    panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        WITNESS.with(|witness| {
            if let Ok(witness) = witness.try_borrow()
                && let Some(page) = witness.as_ref()
            {
                let _ = page.trapped(&message);
            }
        });
    }));
}

/// One line, about the star or one of its mechtrons.
pub(crate) fn line(level: LogLevel, point: &Point, text: impl Into<String>) -> LogLine {
    LogLine { level, point: point.clone(), text: text.into() }
}
