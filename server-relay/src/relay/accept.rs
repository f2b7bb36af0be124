//! Accepting connections.
//!
//! Every connection sends at once what it is given (`TCP_NODELAY`), and has bounds on time and size of its request.

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::http;
use crate::mesh::Mesh;
use crate::remote::{Counts, Place, Remote};

/// Connections at once: every lane there can be, and requests beside them.
const CONNECTIONS: usize = 20_480;

/// Connections of one address: every lane it may have, and as many requests beside them. From this machine come those of
/// its proxies, too, so they are not counted.
const ADDRESS_CONNECTIONS: usize = 512;

/// How long a request's headers may take.
const HEADERS: Duration = Duration::from_secs(15);

/// Bytes of a request's headers at most.
const HEADER_BYTES: usize = 64 * 1_024;

/// How long to wait when the system has no room for another connection.
const BREATH: Duration = Duration::from_millis(100);

/// Serves connections until the relay is closed, and every lane has gone.
pub(super) async fn serve(mesh: Arc<Mesh>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let counts = Arc::new(Counts::default());
    let mut connections = JoinSet::new();
    let closing = mesh.clone();
    let mut closed = std::pin::pin!(closing.closed());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            () = closed.as_mut() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let remote = Remote::new(peer.ip());
                // No room: the connection is dropped.
                if let Some(place) = place(&places, &counts, remote) {
                    drop(connections.spawn(connection(mesh.clone(), stream, remote, place)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    while !mesh.lanes.all().is_empty() {
        tokio::time::sleep(BREATH / 10).await;
    }
}

fn place(places: &Arc<Semaphore>, counts: &Arc<Counts>, remote: Remote) -> Option<Place> {
    let place = places.clone().try_acquire_owned().ok()?;
    Some(Arc::new((place, counts.one_more(remote, ADDRESS_CONNECTIONS)?)))
}

/// Serves a connection. A lane that begins on it keeps its place until the lane ends.
async fn connection(mesh: Arc<Mesh>, stream: TcpStream, remote: Remote, place: Place) {
    if let Err(error) = stream.set_nodelay(true) {
        return tracing::debug!(%error, "a connection was gone before it began");
    }
    let service = TowerToHyperService::new(warp::service(http::filter(mesh.clone(), remote, place)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended_with(ended.err()),
        () = mesh.closed() => connection.as_mut().graceful_shutdown(),
    }
    ended_with(connection.await.err());
}

fn ended_with(error: Option<hyper::Error>) {
    if let Some(error) = error {
        tracing::trace!(%error, "a connection ended");
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;
    use tokio_tungstenite::client_async;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    use tokio_tungstenite::tungstenite::http::HeaderValue;

    use super::*;

    #[tokio::test]
    async fn a_lane_keeps_the_place_of_its_connection_until_it_ends() {
        let data = tempfile::tempdir().unwrap();
        let mesh = crate::relay::still(data.path()).await.unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (places, counts) = (Arc::new(Semaphore::new(1)), Arc::new(Counts::default()));
        let remote = Remote::new("192.0.2.1".parse().unwrap());
        let held = place(&places, &counts, remote).unwrap();
        let client = TcpStream::connect(address).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let served = tokio::spawn(connection(mesh, server, remote, held));
        let mut request = format!("ws://{address}/starlane/lane").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("starlane.v1"));
        let (socket, _) = client_async(request, client).await.unwrap();
        // Nothing is left for HTTP, and nobody has knocked.
        served.await.unwrap();
        assert!(places.try_acquire().is_err() && counts.one_more(remote, 1).is_none());
        drop(socket);
        let free = timeout(Duration::from_secs(5), places.acquire()).await;
        assert!(free.is_ok());
    }
}
