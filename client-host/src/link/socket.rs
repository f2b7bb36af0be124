//! One WebSocket with its handlers. Dropped, it hangs up and is never heard of again.

use std::rc::{Rc, Weak};

use js_sys::{ArrayBuffer, Uint8Array};
use starlane_protocol::lane::{ByeCode, Form, FrameError};
use starlane_protocol::limits::MESSAGE_BYTES;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

use crate::shell::Shell;

/// A WebSocket to the relay.
pub(super) struct Socket {
    socket: WebSocket,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _opened: Closure<dyn FnMut()>,
    _closed: Closure<dyn FnMut()>,
}

impl Socket {
    /// Starts to connect.
    ///
    /// # Errors
    /// The address is none; what the browser says.
    pub(super) fn open(url: &str, shell: Weak<Shell>) -> Result<Self, String> {
        let socket = WebSocket::new_with_str(url, Form::Cbor.sub_protocol())
            .map_err(|_| format!("`{url}` is not an address a lane can lead to"))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let message = handler(shell.clone(), |shell, event: MessageEvent| {
            if let Ok(buffer) = event.data().dyn_into::<ArrayBuffer>() {
                receive(shell, &buffer);
            }
        });
        let opened = signal(shell.clone(), |shell| shell.link.opened(shell));
        let closed = signal(shell, |shell| shell.link.down(shell, "lane-lost", "the connection to the relay broke"));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        // An error is always followed by a close.
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        Ok(Self { socket, _message: message, _opened: opened, _closed: closed })
    }

    /// Sends; what cannot be sent any more is lost with the lane, which ends in a moment.
    pub(super) fn send(&self, message: &[u8]) {
        let _ = self.socket.send_with_u8_array(message);
    }

    /// Bytes the browser has not sent yet.
    pub(super) fn unsent(&self) -> u32 {
        self.socket.buffered_amount()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onmessage(None);
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        let _ = self.socket.close();
    }
}

/// Copies a message only when it is one a lane may have.
fn receive(shell: &Rc<Shell>, buffer: &ArrayBuffer) {
    if buffer.byte_length() as usize > MESSAGE_BYTES {
        return shell.link.part(shell, ByeCode::FrameTooLarge, &FrameError::TooLarge.to_string());
    }
    shell.link.received(shell, &Uint8Array::new(buffer).to_vec());
}

fn handler(shell: Weak<Shell>, then: impl Fn(&Rc<Shell>, MessageEvent) + 'static) -> Closure<dyn FnMut(MessageEvent)> {
    Closure::new(move |event| {
        if let Some(shell) = shell.upgrade() {
            then(&shell, event);
        }
    })
}

fn signal(shell: Weak<Shell>, then: impl Fn(&Rc<Shell>) + 'static) -> Closure<dyn FnMut()> {
    Closure::new(move || {
        if let Some(shell) = shell.upgrade() {
            then(&shell);
        }
    })
}
