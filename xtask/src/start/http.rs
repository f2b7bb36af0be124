//! One GET over loopback: enough to ask a relay whether it is healthy.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Loopback answers at once or not at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// Succeeds when the path is answered 200.
pub(super) fn get(port: u16, path: &str) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).context("no answer")?;
    if head != *b"HTTP/1.1 200" {
        bail!("answered {}", String::from_utf8_lossy(&head));
    }
    Ok(())
}
