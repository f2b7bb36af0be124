//! The same mechtron in five languages: conversations of `tests/fixtures/languages`, one by one, each with a fresh star.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use starlane_bundle::Digest;
use starlane_host::event::{Draft, Event, Stamp};
use starlane_protocol::{Body, Code, Refusal, Wave, WaveKind};

use crate::world::{App, IDLE_MS, Mech, World, draft, point, text};

/// The five, in a row that ends where it begins.
const NAMES: [&str; 5] = ["ada", "bob", "cleo", "dora", "emil"];

/// Mechtrons whose language has a word for giving up, and says why.
const TALKATIVE: [&str; 2] = ["ada", "bob"];

/// A point that watches from elsewhere.
const WATCHER: &str = "localhost:stars:s-2:w";

/// Bytes that an instance may hold at first: a page, and what the star keeps of it.
const AT_FIRST: u64 = 65_536 + 8_192;

/// A point where nobody is.
const NOBODY: &str = "localhost:trio:nobody";

/// Bytes of memory, as their documents say.
const MEMORY: u64 = 8 << 20;

#[derive(Deserialize)]
struct Conversation {
    steps: Vec<Step>,
}

/// What is said and expected: see the README beside the conversations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    ping: Option<String>,
    signal: Option<String>,
    #[serde(default)]
    watch: bool,
    #[serde(default)]
    sleep: bool,
    older: Option<Map<String, Value>>,
    path: Option<String>,
    query: Option<String>,
    #[serde(default)]
    headers: Map<String, Value>,
    r#type: Option<String>,
    body: Option<String>,
    letters: Option<usize>,
    #[serde(default = "ok")]
    status: u16,
    code: Option<String>,
    answer: Option<String>,
    like: Option<String>,
    size: Option<usize>,
    reply_type: Option<String>,
    #[serde(default)]
    reply_headers: Map<String, Value>,
    log: Option<String>,
    heard: Option<String>,
}

fn ok() -> u16 {
    200
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn example(path: &str) -> PathBuf {
    folder("guest-examples/trio").join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A star with all five, as their documents place them on the relay.
fn world() -> World {
    let mut app = App::new("trio").file("texts/greeting.txt", &std::fs::read(example("texts/greeting.txt")).unwrap());
    let bind: Value = toml::from_str(&read(&example("binds/trio.toml"))).unwrap();
    for name in NAMES {
        let wasm = example("wasm").join(name);
        assert!(wasm.with_extension("wasm").exists(), "`cargo xtask build` makes {}.wasm", wasm.display());
        let mech = Mech::new(name, wasm.to_str().unwrap()).bind(bind["route"].clone()).may("localhost:**");
        app = app.with(mech.limit("memory", MEMORY).config(json!({ "name": name, "list": [1, 2] })));
    }
    let mut world = World::server();
    world.install(app);
    world
}

/// One of the five in a conversation.
struct Talk {
    world: World,
    at: usize,
}

impl Talk {
    fn name(&self, away: usize) -> &'static str {
        NAMES[(self.at + away) % NAMES.len()]
    }

    fn point(&self, away: usize) -> String {
        format!("localhost:trio:{}", self.name(away))
    }

    fn filled(&self, text: &str, step: &Step) -> String {
        let previous = NAMES.len() - 1;
        let values = [
            ("{name}", self.name(0).to_owned()),
            ("{self}", self.point(0)),
            ("{next}", self.point(1)),
            ("{previous}", self.point(previous)),
            ("{next-name}", self.name(1).to_owned()),
            ("{previous-name}", self.name(previous).to_owned()),
            ("{nobody}", NOBODY.to_owned()),
            ("{1023 letters}", "x".repeat(1_023)),
            ("{letters}", "x".repeat(step.letters.unwrap_or(0))),
        ];
        values.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    fn draft(&self, method: &str, step: &Step) -> Draft {
        let mut draft = draft(&self.point(0), b"");
        draft.method = method.parse().unwrap();
        if let Some(path) = &step.path {
            draft.path = path.as_str().into();
        }
        if let Some(query) = &step.query {
            draft.query = query.as_str().into();
        }
        for (name, value) in &step.headers {
            draft.headers.push(name.as_str(), self.filled(value.as_str().unwrap(), step).as_str()).unwrap();
        }
        let body = step
            .letters
            .map(|letters| "x".repeat(letters))
            .or_else(|| step.body.as_deref().map(|body| self.filled(body, step)))
            .unwrap_or_default();
        draft.body = Body::new(step.r#type.as_deref().unwrap_or("text/plain"), body.as_bytes());
        draft
    }

    fn take(&mut self, step: &Step) {
        if let Some(state) = &step.older {
            self.leave(state);
        } else if step.sleep {
            self.world.pass(2 * IDLE_MS);
        } else if step.watch {
            let mut watch = self.draft("Cmd<Watch>", step);
            watch.from = Some(point(WATCHER));
            self.ask(watch);
        } else if let Some(method) = &step.signal {
            let draft = self.draft(method, step);
            self.world.tell(Event::Tell { draft });
            self.world.run();
        } else if let Some(method) = &step.ping {
            self.world.log.clear();
            let pong = self.ask(self.draft(method, step));
            self.check(&pong, step);
        }
    }

    /// What an earlier version has left behind.
    fn leave(&mut self, state: &Map<String, Value>) {
        let mechtron = point(&self.point(0));
        let pairs = state.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.as_str().unwrap().into()));
        self.world.store.insert(mechtron.clone(), pairs.collect());
        self.world.stamps.insert(mechtron, Stamp { code: Digest::of(b"an earlier version"), refused: None });
    }

    fn ask(&mut self, draft: Draft) -> Wave {
        let call = self.world.ask_draft(draft);
        self.world.run();
        self.answer_for_nobody();
        self.world.answer(call)
    }

    /// What the relay's other stars do not know either is answered by its switchboard.
    fn answer_for_nobody(&mut self) {
        let asked = |wave: &Wave| wave.kind == WaveKind::Ping && wave.to.as_str() == NOBODY;
        let pongs: Vec<Wave> = self.world.sent.iter().filter(|wave| asked(wave)).map(nobody).collect();
        self.world.sent.retain(|wave| !asked(wave));
        for pong in pongs {
            self.world.arrive(pong);
        }
    }

    /// A trap names the function it happened in, or the one that a compiler has put that into.
    fn check_trap(&self, said: &str) {
        let (_, place) = said.split_once("executed, in ").unwrap();
        assert!(place.contains("trap") || place.contains("mechtron_wave") || place.contains("abort"), "{said}");
        let says = self.world.log.iter().any(|line| line.text.contains("on purpose") && line.text.contains(':'));
        assert_eq!(says, TALKATIVE.contains(&self.name(0)), "{:?}", self.world.log);
    }

    fn check(&mut self, pong: &Wave, step: &Step) {
        let said = text(pong);
        if pong.code() == Some("trapped") {
            self.check_trap(&said);
        }
        let short: String = said.chars().take(200).collect();
        assert_eq!(pong.status, Some(step.status), "{short}");
        assert_eq!(pong.code(), step.code.as_deref(), "{short}");
        if let Some(answer) = &step.answer {
            assert!(said == self.filled(answer, step), "{short}");
        }
        if let Some(like) = &step.like {
            assert!(is_like(&said, like), "{said} is not {like}");
        }
        if let Some(size) = step.size {
            assert_eq!(said.len(), size);
        }
        if let Some(content_type) = &step.reply_type {
            assert_eq!(&*pong.body.media, content_type);
        }
        for (name, value) in &step.reply_headers {
            assert_eq!(pong.headers.get(name), value.as_str(), "{name}");
        }
        if let Some(line) = &step.log {
            let lines: Vec<_> =
                self.world.log.iter().map(|line| format!("{} {}", line.level as u8, line.text)).collect();
            assert_eq!(lines, [self.filled(line, step)]);
        }
        let heard: Vec<_> = self.world.sent.drain(..).filter(|wave| wave.to.as_str() == WATCHER).collect();
        assert_eq!(heard.iter().map(text).collect::<Vec<_>>(), step.heard.clone().into_iter().collect::<Vec<_>>());
        assert!(heard.iter().all(|wave| wave.headers.get("watch-key") == Some("told")));
    }
}

fn nobody(ping: &Wave) -> Wave {
    ping.refuse(&Refusal::new(Code::NoRoute, "nobody is there"))
}

fn is_like(said: &str, like: &str) -> bool {
    match like {
        "32 hexadecimal digits" => {
            said.len() == 32 && said.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }
        "milliseconds" => said.parse() == Ok(crate::world::UNIX_MS),
        other => panic!("no form is called {other}"),
    }
}

/// The conversations by name.
fn conversations() -> Vec<(String, Conversation)> {
    let files = std::fs::read_dir(folder("tests/fixtures/languages")).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| (path.file_stem().unwrap().display().to_string(), serde_json::from_str(&read(&path)).unwrap()))
        .collect();
    found.sort_by(|one: &(String, _), other| one.0.cmp(&other.0));
    found
}

#[test]
fn a_mechtron_behaves_alike_in_every_language() {
    let conversations = conversations();
    assert!(conversations.len() >= 9, "the conversations are gone");
    for (at, name) in NAMES.iter().enumerate() {
        check_memory(&mut Talk { world: world(), at });
        for (about, conversation) in &conversations {
            let mut talk = Talk { world: world(), at };
            for (step, line) in conversation.steps.iter().zip(1..) {
                eprintln!("{name} about {about}, step {line}");
                talk.take(step);
            }
        }
    }
}

/// An instance begins with one page.
fn check_memory(talk: &mut Talk) {
    let mut count = draft(&talk.point(0), b"");
    count.method = "Ext<Count>".parse().unwrap();
    assert_eq!(text(&talk.ask(count)), "1");
    let memory = talk.world.info(&talk.point(0)).unwrap().memory;
    assert!((65_536..AT_FIRST).contains(&memory), "{} holds {memory} bytes", talk.name(0));
}
