//! CBOR, RFC 8949: what JSON can say, and the rest as what it is called.

use std::borrow::Cow;

use minicbor::Decoder;
use minicbor::data::Type;
use minicbor::decode::Error;

use super::{Bounds, Unreadable, no_name_twice};
use crate::value::Value;

/// Reads a body of CBOR: one item, to its end.
///
/// # Errors
/// It is no CBOR, the name of a member is no text or stands twice, or it is past a bound.
pub fn read_cbor(body: &[u8]) -> Result<Value<'_>, Unreadable> {
    let mut bounds = Bounds::of(body)?;
    let mut decoder = Decoder::new(body);
    let value = item(&mut decoder, &mut bounds)?;
    match decoder.position() == body.len() {
        true => Ok(value),
        false => Err(Unreadable::Malformed("the body goes on after its CBOR item".into())),
    }
}

fn malformed(error: Error) -> Unreadable {
    Unreadable::Malformed(format!("the body is no CBOR: {error}"))
}

fn item<'b>(d: &mut Decoder<'b>, bounds: &mut Bounds) -> Result<Value<'b>, Unreadable> {
    bounds.node()?;
    match d.datatype().map_err(malformed)? {
        Type::Array | Type::ArrayIndef => array(d, bounds),
        Type::Map | Type::MapIndef => map(d, bounds),
        Type::Tag => tagged(d, bounds),
        _ => plain(d).map_err(malformed),
    }
}

fn plain<'b>(d: &mut Decoder<'b>) -> Result<Value<'b>, Error> {
    Ok(match d.datatype()? {
        Type::Null => d.null().map(|()| Value::Null)?,
        Type::Bool => Value::Boolean(d.bool()?),
        // Past 2^53 some digits are lost; no schema asks for them.
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
            Value::Number(i128::from(d.int()?) as f64)
        }
        Type::F16 => number(f64::from(d.f16()?)),
        Type::F32 => number(f64::from(d.f32()?)),
        Type::F64 => number(d.f64()?),
        Type::String | Type::StringIndef => Value::Text(text(d)?),
        Type::Bytes | Type::BytesIndef => d.skip().map(|()| Value::Foreign("bytes"))?,
        Type::Undefined => d.undefined().map(|()| SIMPLE)?,
        // In two bytes only those that have no shorter form (RFC 8949, 3.3).
        Type::Simple => match d.simple()? {
            ..=31 => return Err(Error::message("a simple value in two bytes that has one")),
            _ => SIMPLE,
        },
        other => return Err(Error::message(format!("{other} where a value is expected"))),
    })
}

const SIMPLE: Value<'static> = Value::Foreign("a simple value of CBOR");

fn number<'b>(number: f64) -> Value<'b> {
    if number.is_finite() { Value::Number(number) } else { Value::Foreign("a number that JSON has not") }
}

fn text<'b>(d: &mut Decoder<'b>) -> Result<Cow<'b, str>, Error> {
    match d.datatype()? {
        Type::StringIndef => Ok(Cow::Owned(d.str_iter()?.collect::<Result<String, _>>()?)),
        _ => Ok(Cow::Borrowed(d.str()?)),
    }
}

/// A tagged item is read for its bounds, and is nothing that JSON knows.
fn tagged<'b>(d: &mut Decoder<'b>, bounds: &mut Bounds) -> Result<Value<'b>, Unreadable> {
    d.tag().map_err(malformed)?;
    bounds.deeper()?;
    item(d, bounds)?;
    bounds.back();
    Ok(Value::Foreign("a tagged item of CBOR"))
}

fn array<'b>(d: &mut Decoder<'b>, bounds: &mut Bounds) -> Result<Value<'b>, Unreadable> {
    bounds.deeper()?;
    let mut left = d.array().map_err(malformed)?;
    let mut items = Vec::new();
    while more(d, &mut left)? {
        items.push(item(d, bounds)?);
    }
    bounds.back();
    Ok(Value::Array(items))
}

fn map<'b>(d: &mut Decoder<'b>, bounds: &mut Bounds) -> Result<Value<'b>, Unreadable> {
    bounds.deeper()?;
    let mut left = d.map().map_err(malformed)?;
    let mut members = Vec::new();
    while more(d, &mut left)? {
        let name = text(d).map_err(malformed)?;
        members.push((name, item(d, bounds)?));
    }
    no_name_twice(&members)?;
    bounds.back();
    Ok(Value::Object(members))
}

/// Whether another item follows; the end of an indefinite one is taken away.
fn more(d: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, Unreadable> {
    match left {
        Some(0) => Ok(false),
        Some(left) => {
            *left -= 1;
            Ok(true)
        }
        None if d.datatype().map_err(malformed)? == Type::Break => d.skip().map(|()| false).map_err(malformed),
        None => Ok(true),
    }
}
