//! A relay on a free port, and what talks to it.

mod app;
pub(crate) mod form;
mod http;
mod lane;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use starlane_relay::{Relay, RelayConfig, WallClock};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) use app::{Bundle, install, publish};
pub(crate) use http::{Answer, Call};
pub(crate) use lane::{Lane, star_id};

/// A relay that runs until it is closed or dropped.
pub(crate) struct Mesh {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) link: String,
    pub(crate) data: Option<TempDir>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

pub(crate) fn config(data: &Path) -> RelayConfig {
    RelayConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        stars: Some(2),
        idle: Duration::from_millis(200),
        with_client: false,
        ..RelayConfig::new(data)
    }
}

impl Mesh {
    pub(crate) async fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap()).await
    }

    pub(crate) async fn start_in(data: TempDir) -> Self {
        let relay = starlane_relay::open(config(data.path())).await.unwrap();
        Self::run(relay, data)
    }

    /// A relay that is set up otherwise.
    pub(crate) async fn start_with(change: impl FnOnce(&mut RelayConfig)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = config(data.path());
        change(&mut config);
        Self::run(starlane_relay::open(config).await.unwrap(), data)
    }

    fn run(relay: Relay, data: TempDir) -> Self {
        let (address, token, link) =
            (relay.address(), relay.operator_token().to_owned(), relay.sign_in_link().to_owned());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(relay.run_until(async {
            let _ = stopped.await;
        }));
        Self { address, token, link, data: Some(data), stop: Some(stop), running }
    }

    /// A relay of another process, by the note it leaves in its data folder.
    pub(crate) async fn beside(data: &Path) -> Self {
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(25)).await;
            let Ok(note) = std::fs::read(data.join("operator.json")) else { continue };
            let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
            let address = note["url"].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap();
            let token = note["token"].as_str().unwrap().to_owned();
            return Self {
                address,
                token,
                link: String::new(),
                data: None,
                stop: None,
                running: tokio::spawn(async {}),
            };
        }
        panic!("the relay does not open");
    }

    /// A relay in a folder with a clock that a test turns.
    pub(crate) async fn start_at(data: TempDir, clock: &WallClock) -> Self {
        let config = RelayConfig { clock: clock.clone(), ..config(data.path()) };
        Self::run(starlane_relay::open(config).await.unwrap(), data)
    }

    /// Closes the relay; gives its data folder back.
    pub(crate) async fn close(mut self) -> TempDir {
        drop(self.stop.take());
        let data = self.data.take().unwrap();
        (&mut self.running).await.unwrap();
        data
    }

    /// A request to the relay's own host, as the operator.
    pub(crate) fn call(&self, method: &str, path: &str) -> Call {
        Call::new(self.address, method, path).bearer(&self.token)
    }

    /// A request to an application's host, as nobody.
    pub(crate) fn page(&self, app: &str, path: &str) -> Call {
        Call::new(self.address, "GET", path).header("host", &format!("{app}.localhost:{}", self.address.port()))
    }

    /// A ping as the operator.
    pub(crate) async fn ping(&self, to: &str, method: &str, body: &str) -> serde_json::Value {
        self.ping_by(&self.token, to, method, body).await
    }

    /// A ping as somebody.
    pub(crate) async fn ping_by(&self, token: &str, to: &str, method: &str, body: &str) -> serde_json::Value {
        let ping = serde_json::json!({ "to": to, "method": method, "body": body });
        let answer = self.call("POST", "/starlane/waves").bearer(token).body(ping.to_string()).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// A command that must be carried out, as the operator; what it answers.
    pub(crate) async fn told(&self, to: &str, method: &str, body: &str) -> serde_json::Value {
        let pong = self.ping(to, method, body).await;
        assert_eq!(pong["status"], 200, "{method} to {to}: {pong}");
        serde_json::from_str(pong["body"].as_str().unwrap()).unwrap()
    }

    /// A token for a user.
    pub(crate) async fn token(&self, user: &str) -> String {
        let pong = self.ping(&format!("localhost:users:{user}"), "Cmd<Token>", "").await;
        let told: serde_json::Value = serde_json::from_str(pong["body"].as_str().unwrap()).unwrap();
        told["token"].as_str().unwrap().to_owned()
    }

    /// A lane as a user, or as nobody.
    pub(crate) async fn lane(&self, token: Option<&str>) -> Lane {
        Lane::knocked(self.address, token).await
    }
}
