//! Writing to a lane.

use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use starlane_protocol::lane::{Bye, ByeCode, Form, Frame};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::super::lanes::bye;
use super::super::wire::{Carrier, encode};
use super::{End, Session};

/// Bytes that are handed to the socket before it is flushed.
pub(crate) const FLUSH_BYTES: usize = 512 * 1_024;

/// How long the other end may take to read what was flushed.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

impl<S: Carrier> Session<S> {
    /// Writes everything that waits.
    pub(super) async fn write(&mut self) -> Result<(), End> {
        self.wire.set_in_hand(true);
        let mut unflushed = 0;
        while let Some(message) = self.wire.next_message(&self.lane.queue)? {
            unflushed += message.len();
            self.feed(message).await?;
            if unflushed >= FLUSH_BYTES {
                self.flush().await?;
                unflushed = 0;
            }
        }
        self.flush().await?;
        // What came meanwhile wakes this task again.
        self.wire.set_in_hand(false);
        Ok(())
    }

    /// Writes the first frame.
    pub(super) async fn write_first(&mut self, frame: Frame) -> Result<(), End> {
        self.feed(encode(std::iter::once(frame), self.form)).await?;
        self.flush().await?;
        self.wire.set_in_hand(false);
        Ok(())
    }

    async fn feed(&mut self, message: Message) -> Result<(), End> {
        let lane = self.lane.clone();
        tokio::select! {
            fed = timeout(PATIENCE, self.wire.feed(message)) => written(fed),
            () = lane.queue.ended() => Ok(()),
        }
    }

    async fn flush(&mut self) -> Result<(), End> {
        let lane = self.lane.clone();
        tokio::select! {
            flushed = timeout(PATIENCE, self.wire.flush()) => written(flushed),
            () = lane.queue.ended() => Ok(()),
        }
    }
}

fn written<E>(result: Result<Result<(), E>, tokio::time::error::Elapsed>) -> Result<(), End> {
    match result {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(bye(ByeCode::TooSlow, "what is sent over this lane is not read").into()),
    }
}

/// Says why, and ends the connection.
pub(super) async fn close<W>(socket: &mut W, form: Form, bye: Bye)
where
    W: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
{
    let farewell = encode(std::iter::once(Frame::Bye(bye)), form);
    let all = async {
        socket.send(farewell).await?;
        socket.close().await?;
        // What is still on its way must be read, or the other end never sees the farewell.
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<(), Error>(())
    };
    let _ = timeout(FAREWELL, all).await;
}
