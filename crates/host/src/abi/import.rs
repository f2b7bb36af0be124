//! The imported functions themselves.

use starlane_protocol::WaveKind;
use starlane_protocol::document::Keeps;
use starlane_protocol::limits::{PATH_BYTES, WAIT_HIGH_MS, WAIT_LOW_MS};

use super::field::Field;
use super::memory::{copy_out, range, range_mut, text};
use super::{AbiError, AskOut, Blocked, Guest, Open, SignalOut};
use crate::event::LogLevel;
use crate::state::StateError;

/// Asks of one turn that may be open at once.
const OPEN_ASKS: usize = 8;
/// Signals of one turn.
const SIGNALS: usize = 64;
/// Log lines of one turn.
const LOG_LINES: u32 = 64;
/// Bytes of one log line.
const LOG_LINE_BYTES: usize = 1_024;
/// Bytes of one `random`.
const RANDOM_BYTES: u32 = 4_096;
/// Flag of `signal`: to the watchers.
const TO_WATCHERS: i32 = 2;

/// Fuel of any import: about what it costs beside a plain operator.
const CALL_FUEL: u64 = 64;
/// Bytes copied for one unit of fuel, the engine's own rate for `memory.copy`.
const BYTES_PER_FUEL: u64 = 64;
/// Bytes of a written text that one unit of fuel checks; the first [`CHECKED_FREE`] are in the price of any call.
const CHECKED_PER_FUEL: u64 = 8;
/// Bytes of a written text that are checked in no time beside the call itself.
const CHECKED_FREE: u64 = 64;
/// Random bytes for one unit of fuel.
const RANDOM_PER_FUEL: u64 = 2;

/// An imported function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    Read,
    Write,
    Reply,
    Signal,
    Ask,
    Wait,
    Put,
    Del,
    Next,
    Log,
    Random,
}

/// Every import whose parameters and result are `i32`: its name and number of parameters. `now` stands apart.
pub(crate) const IMPORTS: &[(&str, Import, usize)] = &[
    ("read", Import::Read, 6),
    ("write", Import::Write, 5),
    ("reply", Import::Reply, 0),
    ("signal", Import::Signal, 1),
    ("ask", Import::Ask, 1),
    ("wait", Import::Wait, 1),
    ("put", Import::Put, 4),
    ("del", Import::Del, 2),
    ("next", Import::Next, 4),
    ("log", Import::Log, 3),
    ("random", Import::Random, 2),
];

/// A call with its parameters; those beyond the import's own are 0.
pub(crate) type Call = [i32; 6];

/// How a call went on.
pub(crate) enum Reply {
    /// It returns this.
    Value(i32),
    /// The guest is suspended; `Guest::turn.blocked` says for what, and [`finish`] gives the value.
    Suspend,
}

/// Carries out a call. Gives its reply and its fuel.
pub(crate) fn call(import: Import, args: Call, memory: &mut [u8], guest: &mut Guest) -> (Reply, u64) {
    let fuel = CALL_FUEL + bytes_moved(import, args, memory.len()) / BYTES_PER_FUEL + work(import, args, guest);
    let reply = match carry_out(import, args, memory, guest) {
        Ok(reply) => reply,
        Err(error) => Reply::Value(error.result()),
    };
    (reply, fuel)
}

/// The value of a call that was suspended, once what it waited for is in the guest's data.
pub(crate) fn finish(memory: &mut [u8], guest: &mut Guest) -> i32 {
    let value = match guest.turn.blocked.take() {
        Some(Blocked::Pong(token)) => take_pong(token, guest),
        Some(Blocked::File { digest, offset, pointer, room, .. }) => match guest.turn.files.get(&digest) {
            Some(bytes) => copy_out(memory, bytes, offset, pointer, room),
            None => Err(AbiError::Absent),
        },
        Some(Blocked::State(import, args)) => match carry_out(import, args, memory, guest) {
            Ok(Reply::Value(value)) => Ok(value),
            Ok(Reply::Suspend) => Err(AbiError::Absent),
            Err(error) => Err(error),
        },
        None => Err(AbiError::Absent),
    };
    value.unwrap_or_else(AbiError::result)
}

/// The import `now`.
pub(crate) fn now(guest: &Guest) -> (i64, u64) {
    (guest.unix_ms, CALL_FUEL)
}

fn bytes_moved(import: Import, args: Call, memory: usize) -> u64 {
    let lengths = match import {
        Import::Read => [args[2], args[5]],
        Import::Write => [args[2], args[4]],
        Import::Put | Import::Next => [args[1], args[3]],
        Import::Random => [args[1], 0],
        Import::Log => [args[2], 0],
        _ => return 0,
    };
    // A range that is longer than the memory is refused before a byte moves.
    lengths.map(|length| u64::from(length as u32)).iter().filter(|length| **length <= memory as u64).sum()
}

/// Fuel of what a call does beside moving bytes, so that no call takes far longer than its fuel says.
fn work(import: Import, args: Call, guest: &Guest) -> u64 {
    let length = |at: usize| u64::from(args[at] as u32);
    match import {
        // A name is looked for in the whole query, part by part, decoding each.
        Import::Read if args[0] == Field::Query as i32 && args[2] != 0 => {
            guest.turn.wave.as_ref().map_or(0, |wave| wave.query.len() as u64)
        }
        // The first bytes are in the price of the call; what is longer than any text is refused before it is looked at.
        Import::Write if length(4) > CHECKED_FREE && length(4) <= PATH_BYTES as u64 => {
            match Field::from_number(args[0]) {
                Ok(Field::Body) | Err(_) => 0,
                Ok(_) => (length(4) - CHECKED_FREE) / CHECKED_PER_FUEL,
            }
        }
        Import::Random if length(1) <= u64::from(RANDOM_BYTES) => length(1) / RANDOM_PER_FUEL,
        _ => 0,
    }
}

fn carry_out(import: Import, args: Call, memory: &mut [u8], guest: &mut Guest) -> Result<Reply, AbiError> {
    let [a, b, c, d, e, f] = args.map(|arg| arg as u32);
    let no_wave = guest.turn.wave.is_none();
    if guest.state.is_away() && (import == Import::Next || (import == Import::Read && args[0] == Field::State as i32)) {
        guest.turn.blocked = Some(Blocked::State(import, args));
        return Ok(Reply::Suspend);
    }
    let value = match import {
        Import::Read => return read(args[0], [b, c, d, e, f], memory, guest),
        Import::Next => {
            let key = range(memory, a, b)?.to_vec();
            range(memory, c, d)?;
            let next = guest.state.next(&key).ok_or(AbiError::Absent)?;
            copy_out(memory, next, 0, c, d)?
        }
        Import::Log if range(memory, b, c)?.len() > LOG_LINE_BYTES => return Err(AbiError::TooLarge),
        Import::Log => log(a, text(memory, b, c)?, guest)?,
        Import::Random if b > RANDOM_BYTES => return Err(AbiError::TooLarge),
        Import::Random => {
            guest.random.fill(range_mut(memory, a, b)?);
            0
        }
        Import::Put if guest.turn.migrating => put(range(memory, a, b)?, range(memory, c, d)?, guest)?,
        Import::Del if guest.turn.migrating => delete(range(memory, a, b)?, guest)?,
        _ if no_wave => return Err(AbiError::NotAllowed),
        Import::Write => {
            let key = range(memory, b, c)?;
            guest.turn.building.set(Field::from_number(args[0])?, key, range(memory, d, e)?, &mut guest.said)?;
            0
        }
        Import::Reply => {
            guest.turn.reply = Some(std::mem::take(&mut guest.turn.building));
            0
        }
        Import::Signal => signal(args[0], guest)?,
        Import::Ask => ask(a, guest)?,
        Import::Wait => return wait(a, guest),
        Import::Put => put(range(memory, a, b)?, range(memory, c, d)?, guest)?,
        Import::Del => delete(range(memory, a, b)?, guest)?,
    };
    Ok(Reply::Value(value))
}

fn read(field: i32, args: [u32; 5], memory: &mut [u8], guest: &mut Guest) -> Result<Reply, AbiError> {
    let [key_pointer, key_length, offset, pointer, room] = args;
    let field = Field::from_number(field)?;
    // The target is checked first: a guest with a wrong range learns it even when the field is empty.
    range(memory, pointer, room)?;
    let key = match field {
        Field::HeaderAt => &[],
        _ => range(memory, key_pointer, key_length)?,
    };
    if field == Field::File {
        return read_file(text(memory, key_pointer, key_length)?.to_owned(), [offset, pointer, room], memory, guest);
    }
    // Keys are short; a copy lets the value be written into the same memory.
    let key = if key.is_empty() { Vec::new() } else { key.to_vec() };
    let value = guest.field(field, &key, key_pointer)?;
    Ok(Reply::Value(copy_out(memory, &value, offset, pointer, room)?))
}

fn read_file(path: String, args: [u32; 3], memory: &mut [u8], guest: &mut Guest) -> Result<Reply, AbiError> {
    let [offset, pointer, room] = args;
    let entry = guest.spec.files.get(&path).ok_or(AbiError::Absent)?;
    let (digest, size) = (entry.sha256, entry.size);
    guest.has_read_files = true;
    if room == 0 {
        // Only the length is asked for, and the manifest knows it.
        return i32::try_from(size).map(Reply::Value).map_err(|_| AbiError::TooLarge);
    }
    match guest.turn.files.get(&digest) {
        Some(bytes) => Ok(Reply::Value(copy_out(memory, bytes, offset, pointer, room)?)),
        None if guest.turn.file_bytes() + size > guest.spec.limits.memory.0 => Err(AbiError::TooLarge),
        None => {
            guest.turn.blocked = Some(Blocked::File { digest, size, offset, pointer, room });
            Ok(Reply::Suspend)
        }
    }
}

fn log(level: u32, line: &str, guest: &mut Guest) -> Result<i32, AbiError> {
    let level = match level {
        1 => LogLevel::Error,
        2 => LogLevel::Warning,
        3 => LogLevel::Info,
        4 => LogLevel::Detail,
        _ => return Err(AbiError::BadValue),
    };
    if guest.turn.log_lines == LOG_LINES {
        return Err(AbiError::TooMany);
    }
    guest.turn.log_lines += 1;
    guest.turn.log.push((level, line.to_owned()));
    Ok(0)
}

fn signal(flags: i32, guest: &mut Guest) -> Result<i32, AbiError> {
    if flags != 0 && flags != TO_WATCHERS {
        return Err(AbiError::BadValue);
    }
    let (watchers, building) = (flags == TO_WATCHERS, &guest.turn.building);
    if building.method.is_none() || (building.to.is_none() && !watchers) {
        return Err(AbiError::Incomplete);
    }
    if guest.turn.signals.len() == SIGNALS {
        return Err(AbiError::TooMany);
    }
    if !watchers {
        fence(guest)?;
    }
    let message = std::mem::take(&mut guest.turn.building);
    guest.turn.signals.push(SignalOut { watchers, message });
    Ok(0)
}

fn ask(wait_ms: u32, guest: &mut Guest) -> Result<i32, AbiError> {
    if guest.turn.building.method.is_none() || guest.turn.building.to.is_none() {
        return Err(AbiError::Incomplete);
    }
    if guest.turn.open.len() == OPEN_ASKS {
        return Err(AbiError::TooMany);
    }
    fence(guest)?;
    let wait_ms = if wait_ms == 0 { WAIT_LOW_MS } else { wait_ms.min(WAIT_HIGH_MS) };
    let token = guest.turn.next_token;
    guest.turn.next_token += 1;
    let message = std::mem::take(&mut guest.turn.building);
    guest.turn.asks.push(AskOut { token, wait_ms, message });
    guest.turn.open.insert(token, Open::Asked(None));
    i32::try_from(token).map_err(|_| AbiError::TooMany)
}

/// Whether the message's target lies within what the mechtron's `[may] call` names.
fn fence(guest: &Guest) -> Result<(), AbiError> {
    let to = guest.turn.building.to.as_ref().ok_or(AbiError::Incomplete)?;
    let inside = guest.spec.fence.iter().any(|pattern| crate::admit::covers(pattern, to));
    if inside { Ok(()) } else { Err(AbiError::NotAllowed) }
}

fn wait(token: u32, guest: &mut Guest) -> Result<Reply, AbiError> {
    guest.turn.retire_pong();
    match guest.turn.open.get(&token) {
        None => Err(AbiError::BadToken),
        Some(Open::Answered(_)) => take_pong(token, guest).map(Reply::Value),
        Some(Open::Asked(_)) => {
            guest.turn.blocked = Some(Blocked::Pong(token));
            Ok(Reply::Suspend)
        }
    }
}

fn take_pong(token: u32, guest: &mut Guest) -> Result<i32, AbiError> {
    match guest.turn.open.remove(&token) {
        Some(Open::Answered(pong)) => {
            debug_assert_eq!(pong.kind, WaveKind::Pong);
            let status = pong.status.unwrap_or_default();
            guest.turn.pong = Some(pong);
            Ok(i32::from(status))
        }
        _ => Err(AbiError::BadToken),
    }
}

fn put(key: &[u8], value: &[u8], guest: &mut Guest) -> Result<i32, AbiError> {
    if guest.spec.keeps == Keeps::None {
        return Err(AbiError::NotAllowed);
    }
    match guest.state.put(key, value) {
        Ok(()) => Ok(0),
        Err(StateError::Size) => Err(AbiError::TooLarge),
        Err(StateError::Full) => Err(AbiError::StateFull),
    }
}

fn delete(key: &[u8], guest: &mut Guest) -> Result<i32, AbiError> {
    match guest.state.delete(key) {
        Ok(true) => Ok(0),
        Ok(false) => Err(AbiError::Absent),
        Err(_) => Err(AbiError::StateFull),
    }
}
