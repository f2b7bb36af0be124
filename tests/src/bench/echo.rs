//! A WebSocket echo by the library that lanes are built on: what a lane stands beside.
//!
//! It reads all messages that are there, sends each back and flushes once. It prints its port.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use futures_util::{FutureExt, SinkExt, StreamExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::relay::Process;

/// Messages that are read before they are flushed, as many as a lane reads.
const BATCH: usize = 64;
/// The read buffer of the frugal kind, a lane's.
const READ_BUFFER: usize = 4 * 1_024;

/// The verb `echo`.
pub(super) fn serve(kind: &str) -> Result<()> {
    let config = match kind {
        "frugal" => WebSocketConfig::default().read_buffer_size(READ_BUFFER),
        "default" => WebSocketConfig::default(),
        _ => bail!("echo frugal|default"),
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(accept(config))
}

async fn accept(config: WebSocketConfig) -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", listener.local_addr()?.port())?;
    out.flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that breaks ends its own task.
        tokio::spawn(async move { drop(echo(stream, config).await) });
    }
}

async fn echo(stream: TcpStream, config: WebSocketConfig) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut socket = tokio_tungstenite::accept_hdr_async_with_config(stream, protocol, Some(config)).await?;
    while let Some(first) = socket.next().await {
        let mut next = Some(Some(first));
        for _ in 0..BATCH {
            let Some(Some(message)) = next else { break };
            socket.feed(message?).await?;
            next = socket.next().now_or_never();
        }
        if let Some(Some(message)) = next {
            socket.feed(message?).await?;
        }
        socket.flush().await?;
    }
    Ok(())
}

/// Accepts the sub-protocol that is offered.
// The form of the library's callback.
#[allow(clippy::result_large_err)]
fn protocol(request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
    if let Some(offered) = request.headers().get("sec-websocket-protocol") {
        response.headers_mut().insert("sec-websocket-protocol", offered.clone());
    }
    Ok(response)
}

/// Starts an echo in a process of its own.
pub(super) fn start(kind: &str) -> Result<(Process, SocketAddr)> {
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.args(["echo", kind]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let out = child.stdout.take().context("no output")?;
    let process = Process(child);
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line)?;
    Ok((process, (Ipv4Addr::LOCALHOST, line.trim().parse()?).into()))
}
