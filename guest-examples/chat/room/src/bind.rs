//! Written by `starlane bindgen --lang rust` from room.toml; write it again when the bind changes.
#![allow(unused, clippy::all, reason = "written by a program")]

use mechtron::json::{self, Any, Json, Map, Reader, Writer};
use mechtron::{Box, Call, Error, Instead, Message, Pong, Refused, Reply, String, Vec, Wave, Word, fits, pair, part};

/// `SayBody` of the bind.
#[derive(Clone, Debug, PartialEq)]
pub struct SayBody {
    /// `name`
    pub name: Option<String>,
    /// `text`
    pub text: String,
}

impl Json for SayBody {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        let mut n0: Option<String> = None;
        let mut n1: Option<String> = None;
        json.object(&mut |name, json| {
            match name {
                "name" => n0 = Some(Json::read(json)?),
                "text" => n1 = Some(Json::read(json)?),
                _ => json.skip()?,
            }
            Some(())
        })?;
        Some(Self {
            name: n0,
            text: n1?,
        })
    }

    fn write(&self, json: &mut Writer) {
        json.begin(b'{');
        json.maybe("name", &self.name);
        json.member("text", &self.text);
        json.end(b'}');
    }
}

/// `SayReply` of the bind.
#[derive(Clone, Debug, PartialEq)]
pub struct SayReply {
    /// `agent`
    pub agent: String,
    /// `at`
    pub at: f64,
    /// `n`
    pub n: u32,
    /// `name`
    pub name: String,
    /// `text`
    pub text: String,
}

impl Json for SayReply {
    fn read(json: &mut Reader<'_>) -> Option<Self> {
        let mut n0: Option<String> = None;
        let mut n1: Option<f64> = None;
        let mut n2: Option<u32> = None;
        let mut n3: Option<String> = None;
        let mut n4: Option<String> = None;
        json.object(&mut |name, json| {
            match name {
                "agent" => n0 = Some(Json::read(json)?),
                "at" => n1 = Some(Json::read(json)?),
                "n" => n2 = Some(Json::read(json)?),
                "name" => n3 = Some(Json::read(json)?),
                "text" => n4 = Some(Json::read(json)?),
                _ => json.skip()?,
            }
            Some(())
        })?;
        Some(Self {
            agent: n0?,
            at: n1?,
            n: n2?,
            name: n3?,
            text: n4?,
        })
    }

    fn write(&self, json: &mut Writer) {
        json.begin(b'{');
        json.member("agent", &self.agent);
        json.member("at", &self.at);
        json.member("n", &self.n);
        json.member("name", &self.name);
        json.member("text", &self.text);
        json.end(b'}');
    }
}

/// What may be asked of the mechtron at a point: each call is on its way at once, and `wait` gets its answer.
#[derive(Clone, Debug)]
pub struct Room {
    point: String,
    wait_ms: u32,
}

impl Room {
    /// The mechtron at this point.
    pub fn at(point: impl Into<String>) -> Self {
        Self { point: point.into(), wait_ms: 0 }
    }

    /// The same, given this many milliseconds for each answer.
    pub fn wait_ms(mut self, wait_ms: u32) -> Self {
        self.wait_ms = wait_ms;
        self
    }

    fn message(&self, method: &str) -> Message {
        Message::new(method).wait_ms(self.wait_ms)
    }

    /// `Ext<Say> /`
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn say(&self, body: &SayBody) -> Result<Call<SayReply>, Refused> {
        let message = self.message("Ext<Say>").body("application/json", json::write(body));
        Call::new(&self.point, message, Pong::into_json)
    }

    /// `Ext<History> /`
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn history(&self, content: Option<(&str, &[u8])>) -> Result<Call<Any>, Refused> {
        let message = self.message("Ext<History>");
        let message = match content {
            Some((media, body)) => message.body(media, body),
            None => message,
        };
        Call::new(&self.point, message, Pong::into_json)
    }
}

/// What a mechtron with this bind answers: a type of one's own does, and `handle` leads waves to it.
///
/// `mechtron::export!(this_file::handle::<Mine>);`
pub trait RoomRoutes {
    /// `Ext<Say> /`
    ///
    /// # Errors
    /// Another reply, or why the wave failed.
    fn say(wave: &Wave, body: SayBody) -> Result<SayReply, Instead>;
    /// `Ext<History> /`
    ///
    /// # Errors
    /// Another reply, or why the wave failed.
    fn history(wave: &Wave) -> Result<Any, Instead>;
}

/// Leads a wave to its route.
///
/// # Errors
/// Why the wave failed.
pub fn handle<R: RoomRoutes>(wave: &Wave) -> Result<Reply, Error> {
    routed::<R>(wave).or_else(Instead::into_reply)
}

fn routed<R: RoomRoutes>(wave: &Wave) -> Result<Reply, Instead> {
    let method = wave.method();
    if method == "Ext<Say>" {
        let reply = R::say(wave, wave.json()?)?;
        return Ok(Reply::new("application/json", json::write(&reply)));
    }
    if method == "Ext<History>" {
        let reply = R::history(wave)?;
        return Ok(Reply::new("application/json", json::write(&reply)));
    }
    Ok(Reply::empty(404))
}
