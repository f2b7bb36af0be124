//! Time in a tab: a steady clock, one alarm, and two ways to come back soon.
//!
//! `soon` comes back in this task, after what the page does now (a microtask). `next_turn` comes back in a task of its
//! own, after the browser had its turn (a `MessageChannel`; `setTimeout` would wait 4 ms and more).

use std::cell::{Cell, RefCell};
use std::rc::Weak;

use gloo_timers::callback::Timeout;
use js_sys::{Date, Function};
use starlane_host::event::{Event, Millis};
use wasm_bindgen::prelude::*;
use web_sys::MessageChannel;

use crate::problem::Problem;
use crate::shell::Shell;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(js_name = queueMicrotask)]
    fn queue_microtask(callback: &Function);
}

/// The longest a browser's timer can be set for, in milliseconds: longer ones fire at once.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

/// A clock with its alarm.
pub(crate) struct Clock {
    channel: MessageChannel,
    soon: Closure<dyn FnMut()>,
    _turn: Closure<dyn FnMut()>,
    soon_is_due: Cell<bool>,
    turn_is_due: Cell<bool>,
    alarm: RefCell<Option<(Millis, Timeout)>>,
    shell: Weak<Shell>,
}

/// Milliseconds on the page's steady clock, with what the browser gives behind the point.
pub(crate) fn steady() -> f64 {
    performance_now()
}

/// What a clock comes back through.
pub(crate) fn channel() -> Result<MessageChannel, Problem> {
    MessageChannel::new()
        .map_err(|_| Problem::new("no-message-channel", "this page has no MessageChannel", "Use a current browser."))
}

impl Clock {
    pub(crate) fn new(channel: MessageChannel, shell: Weak<Shell>) -> Self {
        let (for_soon, for_turn) = (shell.clone(), shell.clone());
        let soon = Closure::new(move || {
            if let Some(shell) = for_soon.upgrade() {
                shell.clock.soon_is_due.set(false);
                shell.slice();
            }
        });
        let turn = Closure::new(move || {
            if let Some(shell) = for_turn.upgrade() {
                shell.clock.turn_is_due.set(false);
                shell.new_turn();
            }
        });
        let on_message: &Closure<dyn FnMut()> = &turn;
        channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let (soon_is_due, turn_is_due, alarm) = Default::default();
        Self { channel, soon, _turn: turn, soon_is_due, turn_is_due, alarm, shell }
    }

    /// What a star is told before each event.
    pub(crate) fn time(&self) -> Event {
        // Both clocks are positive and far below 2^53.
        Event::Time { now: Millis(steady() as u64), unix_ms: Date::now() as i64 }
    }

    /// Calls `slice` after what runs now.
    pub(crate) fn soon(&self) {
        if !self.soon_is_due.replace(true) {
            queue_microtask(self.soon.as_ref().unchecked_ref());
        }
    }

    /// Calls `new_turn` in a task of its own.
    pub(crate) fn next_turn(&self) {
        if !self.turn_is_due.replace(true) {
            let _ = self.channel.port2().post_message(&JsValue::NULL);
        }
    }

    /// Wakes the shell at this time. An alarm that rings too early does no harm and saves setting one for each ping.
    pub(crate) fn wake_at(&self, at: Option<Millis>) {
        let Some(at) = at else { return };
        if self.alarm.borrow().as_ref().is_some_and(|(set, _)| *set <= at) {
            return;
        }
        let ms = at.since(Millis(steady() as u64)).saturating_add(1).min(LONGEST_TIMER_MS);
        let shell = self.shell.clone();
        let timer = Timeout::new(u32::try_from(ms).unwrap_or(u32::MAX), move || {
            if let Some(shell) = shell.upgrade() {
                let rung = shell.clock.alarm.borrow_mut().take();
                shell.tick();
                drop(rung);
            }
        });
        *self.alarm.borrow_mut() = Some((at, timer));
    }

    /// Nothing comes back any more.
    pub(crate) fn stop(&self) {
        drop(self.alarm.borrow_mut().take());
        self.channel.port1().set_onmessage(None);
        self.channel.port1().close();
    }
}
