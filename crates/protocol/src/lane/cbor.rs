//! Frames in CBOR (RFC 8949): an array of the frame's number and its content.

use minicbor::decode::Error;
use minicbor::encode::{self, Write};
use minicbor::{Decoder, Encoder};

use super::message::Message;
use super::words::Words;
use super::{Frame, FrameError};
use crate::limits::{CHAIN, HEADERS, MESSAGE_BYTES};
use crate::{Body, Headers, Point, Wave, WaveId};

pub(super) fn encode(frame: &Frame, message: &mut Vec<u8>) {
    // Writing into a vector cannot fail, and every frame has a CBOR form.
    let _ = write(frame, &mut Encoder::new(message));
}

fn write<W: Write>(frame: &Frame, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    match frame {
        Frame::Knock(knock) => e.array(2)?.u8(0)?.encode(knock)?.ok(),
        Frame::Greet(greet) => e.array(2)?.u8(1)?.encode(greet)?.ok(),
        Frame::Wave(seq, wave) => {
            e.array(3)?.u8(2)?.u64(*seq)?;
            write_wave(wave, e)
        }
        Frame::Ack(seq) => e.array(2)?.u8(3)?.u64(*seq)?.ok(),
        Frame::Credit(bytes) => e.array(2)?.u8(4)?.u64(*bytes)?.ok(),
        Frame::Auth(token) => e.array(2)?.u8(5)?.str(token)?.ok(),
        Frame::Install(install) => e.array(2)?.u8(6)?.encode(install)?.ok(),
        Frame::Beat => e.array(1)?.u8(7)?.ok(),
        Frame::Bye(bye) => e.array(2)?.u8(8)?.encode(bye)?.ok(),
    }
}

pub(super) fn decode(message: &[u8], words: &mut Words) -> Result<Vec<Frame>, FrameError> {
    if message.len() > MESSAGE_BYTES {
        return Err(FrameError::TooLarge);
    }
    let mut decoder = Decoder::new(message);
    let mut frames = Message::of(message.len());
    while decoder.position() < message.len() {
        frames.room()?;
        frames.push(read(&mut decoder, words).map_err(|error| FrameError::Garbage(error.to_string()))?)?;
    }
    Ok(frames.into_frames())
}

fn read(d: &mut Decoder<'_>, words: &mut Words) -> Result<Frame, Error> {
    let fields = d.array()?.ok_or_else(|| Error::message("a frame is an array of known length"))?;
    if fields == 0 {
        return Err(Error::message("a frame without its number"));
    }
    let number = d.u8()?;
    let known = match number {
        2 => 3,
        7 => 1,
        0..=8 => 2,
        _ => return Err(Error::message(format!("there is no frame {number}"))),
    };
    if fields < known {
        return Err(Error::message("a frame without its content"));
    }
    let frame = content(number, d, words)?;
    // What a newer end has added.
    for _ in known..fields {
        d.skip()?;
    }
    Ok(frame)
}

fn content(number: u8, d: &mut Decoder<'_>, words: &mut Words) -> Result<Frame, Error> {
    Ok(match number {
        0 => Frame::Knock(d.decode()?),
        1 => Frame::Greet(d.decode()?),
        2 => Frame::Wave(d.u64()?, Box::new(wave(d, words)?)),
        3 => Frame::Ack(d.u64()?),
        4 => Frame::Credit(d.u64()?),
        5 => Frame::Auth(d.str()?.to_owned()),
        6 => Frame::Install(d.decode()?),
        7 => Frame::Beat,
        _ => Frame::Bye(d.decode()?),
    })
}

/// How the agent that is nobody is written.
const ANONYMOUS: &str = "anonymous";

/// Fields of a wave, as far as this version knows them.
const WAVE_FIELDS: u64 = 16;

fn write_wave<W: Write>(wave: &Wave, e: &mut Encoder<W>) -> Result<(), encode::Error<W::Error>> {
    e.array(WAVE_FIELDS)?.bytes(&wave.id.0)?.encode(wave.kind)?;
    e.str(wave.from.as_str())?.str(wave.to.as_str())?;
    e.str(wave.agent.point().map_or(ANONYMOUS, Point::as_str))?;
    match &wave.method {
        Some(method) => e.str(method.as_str())?,
        None => e.null()?,
    };
    e.str(&wave.path)?.str(&wave.query)?;
    e.array(wave.headers.len() as u64)?;
    for (name, value) in wave.headers.iter() {
        e.array(2)?.str(name)?.str(value)?;
    }
    e.str(&wave.body.media)?.bytes(&wave.body.bytes)?;
    e.encode(wave.status)?.u32(wave.wait)?;
    e.array(wave.chain.len() as u64)?;
    for id in &wave.chain {
        e.bytes(&id.0)?;
    }
    e.u8(wave.hops)?.encode(wave.trace.as_deref())?.ok()
}

fn wave(d: &mut Decoder<'_>, words: &mut Words) -> Result<Wave, Error> {
    let fields = d.array()?.ok_or_else(|| Error::message("a wave is an array of known length"))?;
    if fields < WAVE_FIELDS {
        return Err(Error::message("a wave with missing fields"));
    }
    let wave = Wave {
        id: d.decode()?,
        kind: d.decode()?,
        from: words.point(d.str()?).map_err(Error::message)?,
        to: words.point(d.str()?).map_err(Error::message)?,
        agent: words.agent(d.str()?).map_err(Error::message)?,
        method: optional(d)?.map(|text| words.method(text)).transpose().map_err(Error::message)?,
        path: words.text(d.str()?),
        query: words.text(d.str()?),
        headers: headers(d)?,
        body: Body { media: words.text(d.str()?), bytes: d.bytes()?.into() },
        status: d.decode()?,
        wait: d.u32()?,
        chain: chain(d)?,
        hops: d.u8()?,
        trace: optional(d)?.map(|text| words.text(text)),
    };
    for _ in WAVE_FIELDS..fields {
        d.skip()?;
    }
    Ok(wave)
}

fn optional<'m>(d: &mut Decoder<'m>) -> Result<Option<&'m str>, Error> {
    d.decode()
}

/// The length of an array that may have `most` items.
fn bounded(d: &mut Decoder<'_>, most: usize) -> Result<u64, Error> {
    match d.array()? {
        Some(length) if length <= most as u64 => Ok(length),
        _ => Err(Error::message(format!("an array of {most} items at most is expected here"))),
    }
}

fn headers(d: &mut Decoder<'_>) -> Result<Headers, Error> {
    let mut headers = Headers::default();
    for _ in 0..bounded(d, HEADERS)? {
        if bounded(d, 2)? != 2 {
            return Err(Error::message("a header is a name and a value"));
        }
        let (name, value) = (d.str()?, d.str()?);
        headers.push(name, value).map_err(|error| Error::message(error.to_string()))?;
    }
    Ok(headers)
}

fn chain(d: &mut Decoder<'_>) -> Result<Vec<WaveId>, Error> {
    let length = bounded(d, CHAIN)?;
    (0..length).map(|_| d.decode()).collect()
}
