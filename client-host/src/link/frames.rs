//! What the relay says, frame by frame. A frame out of its turn closes the lane and touches nothing else.

use std::rc::Rc;

use starlane_host::event::Event;
use starlane_protocol::Code;
use starlane_protocol::lane::{Bye, ByeCode, Frame, Greet};

use super::State;
use crate::apps::{Apps, browser};
use crate::problem::Problem;
use crate::shell::Shell;

/// Takes the frames of one message. Waves in a row become events together.
pub(super) fn take_all(shell: &Rc<Shell>, frames: Vec<Frame>) {
    let mut waves = Vec::new();
    for frame in frames {
        match frame {
            Frame::Wave(seq, wave) if shell.link.is_up() => {
                if seq != shell.link.seen.get() + 1 {
                    shell.post_all(waves);
                    return shell.link.part(shell, ByeCode::BadOrder, "a wave came out of its turn");
                }
                shell.link.seen.set(seq);
                waves.push(Event::Arrived(*wave));
            }
            other => {
                shell.post_all(waves.drain(..));
                take(shell, other);
                if shell.link.state.get() == State::Down {
                    return;
                }
            }
        }
    }
    if !waves.is_empty() {
        shell.post_all(waves);
    }
}

fn take(shell: &Rc<Shell>, frame: Frame) {
    match (shell.link.state.get(), frame) {
        (_, Frame::Bye(bye)) => leave(shell, &bye),
        (State::Knocked, Frame::Greet(greet)) => welcome(shell, &greet),
        (State::Up, Frame::Install(installed)) => Apps::told(shell, installed),
        (State::Up, Frame::Beat) => shell.link.beaten(),
        // No session is resumed and no credit kept yet: both are only notices.
        (State::Up, Frame::Ack(_) | Frame::Credit(_)) => {}
        (_, frame) => {
            let name = format!("{frame:?}");
            let name = name.split(['(', ' ']).next().unwrap_or_default();
            shell.link.part(shell, ByeCode::BadOrder, &format!("`{name}` came out of its turn"));
        }
    }
}

fn welcome(shell: &Rc<Shell>, greet: &Greet) {
    shell.link.greeted(shell);
    let _ = shell.page.named(greet.point.as_str(), &greet.agent.to_string());
    browser::meet(shell, &greet.agent);
    shell.post_all([Event::Named { point: greet.point.clone(), agent: greet.agent.clone() }, Event::LaneUp]);
    Apps::greeted(shell, greet);
    let _ = shell.page.linked(true, greet.resumed, "", "", false);
}

/// The relay hangs up: what it says decides whether to come back, and as whom.
fn leave(shell: &Rc<Shell>, bye: &Bye) {
    match bye.code {
        ByeCode::Replaced => shell.link.refuse(
            shell,
            Problem {
                code: "replaced",
                message: "another page took this star's place".into(),
                hint: "Close one of the two pages, or reload this one.".into(),
                retry: starlane_protocol::Retry::No,
            },
        ),
        ByeCode::BadToken => shell.link.refuse(
            shell,
            Problem {
                code: "bad-token",
                message: bye.reason.clone(),
                hint: Code::SignIn.hint().into(),
                retry: starlane_protocol::Retry::No,
            },
        ),
        // The newer token crossed with this.
        ByeCode::TokenExpired if shell.link.renewed.get() => shell.link.down(shell, bye.code.word(), &bye.reason),
        ByeCode::TokenExpired => shell.link.refuse(shell, Problem::of(Code::TokenExpired, bye.reason.clone())),
        ByeCode::StarTaken | ByeCode::BadStar => {
            shell.link.down(shell, bye.code.word(), &bye.reason);
            let _ = shell.page.taken();
        }
        code => shell.link.down(shell, code.word(), &bye.reason),
    }
}
