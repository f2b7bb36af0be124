//! A copy of a module that notes which functions it is in.
//!
//! The copy has a second memory of one page. Its first word points at the innermost entry; behind it stand the numbers of
//! the functions that are being called. Every function notes itself when it begins and again after each call it makes, so
//! nothing needs to be noted when one returns. The original is what runs; the copy only ever runs to find a trap again.

use super::binary::{PREAMBLE, Reader, sections};

/// Functions' names by their numbers.
pub(super) type Names = Vec<(u32, String)>;

/// The export under which the host finds the notes.
pub(super) const TRACE: &str = "starlane_trace";

const CUSTOM_SECTION: u8 = 0;
const TYPE_SECTION: u8 = 1;
const IMPORT_SECTION: u8 = 2;
const FUNCTION_SECTION: u8 = 3;
const MEMORY_SECTION: u8 = 5;
const EXPORT_SECTION: u8 = 7;
const CODE_SECTION: u8 = 10;
/// The part of the name section that names functions.
const FUNCTION_NAMES: u8 = 1;
/// What a function type begins with.
const FUNCTION_TYPE: u8 = 0x60;

/// `i32.store` and `i32.load` of the second memory, aligned, without an offset.
const STORE: [u8; 4] = [0x36, 0x42, 1, 0];
const LOAD: [u8; 4] = [0x28, 0x42, 1, 0];
const CONST: u8 = 0x41;
const ADD: u8 = 0x6a;
const SUB: u8 = 0x6b;
const GET: u8 = 0x20;
const TEE: u8 = 0x22;
const CALLS: [u8; 2] = [0x10, 0x11];
/// `return_call` and `return_call_indirect`.
const TAIL_CALLS: [u8; 2] = [0x12, 0x13];
/// One group of one local of type `i32`.
const LOCAL: [u8; 2] = [1, 0x7f];

/// What of a module is needed to copy it.
#[derive(Default)]
struct Parts {
    /// Parameters of each function type.
    parameters: Vec<u32>,
    imported: u32,
    /// The type of each function that is not imported.
    types: Vec<u32>,
    names: Names,
}

/// The copy, and the names of its functions. Nothing when the module is of a kind that cannot be copied so.
pub(super) fn instrument(wasm: &[u8]) -> Option<(Vec<u8>, Names)> {
    let parts = parts(wasm)?;
    let mut copy = wasm.get(..PREAMBLE)?.to_vec();
    for (id, content) in sections(wasm) {
        let content = match id {
            // One page, never more.
            MEMORY_SECTION => appended(content, &[1, 1, 1])?,
            EXPORT_SECTION => appended(content, &export())?,
            CODE_SECTION => code(&parts, content)?,
            _ => content.to_vec(),
        };
        copy.push(id);
        push_sized(&mut copy, &content)?;
    }
    Some((copy, parts.names))
}

fn parts(wasm: &[u8]) -> Option<Parts> {
    let mut parts = Parts::default();
    for (id, content) in sections(wasm) {
        let mut reader = Reader::new(content);
        match id {
            TYPE_SECTION => parts.parameters = vector(&mut reader, parameters)?,
            // A mechtron imports functions only.
            IMPORT_SECTION => parts.imported = reader.number()?,
            FUNCTION_SECTION => parts.types = vector(&mut reader, Reader::number)?,
            CUSTOM_SECTION if reader.sized()? == b"name" => _ = function_names(&mut reader, &mut parts.names),
            _ => {}
        }
    }
    Some(parts)
}

fn vector<'a, T>(reader: &mut Reader<'a>, mut item: impl FnMut(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
    let count = reader.number()?;
    (0..count).map(|_| item(reader)).collect()
}

/// How many parameters a function type has. Types of one byte only, as everything in the module is.
fn parameters(reader: &mut Reader<'_>) -> Option<u32> {
    if reader.byte()? != FUNCTION_TYPE {
        return None;
    }
    let parameters = reader.sized()?.len();
    reader.sized()?;
    u32::try_from(parameters).ok()
}

/// Reads names as far as they can be read: they are for people, and nothing depends on them.
fn function_names(reader: &mut Reader<'_>, names: &mut Names) -> Option<()> {
    while let Some(id) = reader.byte() {
        let mut part = Reader::new(reader.sized()?);
        if id == FUNCTION_NAMES {
            for _ in 0..part.number()? {
                let (function, name) = (part.number()?, part.sized()?);
                names.push((function, String::from_utf8_lossy(name).into_owned()));
            }
        }
    }
    Some(())
}

/// A vector's content with one more item.
fn appended(content: &[u8], item: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(content);
    let count = reader.number()?;
    let mut longer = Vec::with_capacity(content.len() + item.len() + 1);
    push_number(&mut longer, count.checked_add(1)?);
    longer.extend(reader.rest());
    longer.extend(item);
    Some(longer)
}

fn export() -> Vec<u8> {
    let mut export = vec![TRACE.len() as u8];
    export.extend(TRACE.as_bytes());
    // The memory with index 1.
    export.extend([2, 1]);
    export
}

fn code(parts: &Parts, content: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::new(content);
    let count = reader.number()?;
    let mut code = Vec::with_capacity(content.len() * 2);
    push_number(&mut code, count);
    for (number, of_type) in (parts.imported..).zip(&parts.types) {
        let parameters = *parts.parameters.get(*of_type as usize)?;
        push_sized(&mut code, &function(reader.sized()?, parameters, number)?)?;
    }
    Some(code)
}

fn function(body: &[u8], parameters: u32, number: u32) -> Option<Vec<u8>> {
    let mut reader = Reader::new(body);
    let mut own = parameters;
    for _ in 0..reader.number()? {
        own = own.checked_add(reader.number()?)?;
        reader.byte()?;
    }
    let locals = body.len() - reader.rest().len();
    let mut copy = appended(&body[..locals], &LOCAL)?;
    begin(&mut copy, own, number);
    while !reader.is_empty() {
        let before = reader.rest();
        let opcode = reader.instruction()?;
        if TAIL_CALLS.contains(&opcode) {
            leave(&mut copy, own);
        }
        copy.extend(&before[..before.len() - reader.rest().len()]);
        if CALLS.contains(&opcode) {
            again(&mut copy, own);
        }
    }
    Some(copy)
}

/// A function begins: it notes itself one place further in.
fn begin(code: &mut Vec<u8>, own: u32, number: u32) {
    code.extend([CONST, 0, CONST, 0]);
    code.extend(LOAD);
    code.extend([CONST, 4, ADD, TEE]);
    push_number(code, own);
    code.extend(STORE);
    code.push(GET);
    push_number(code, own);
    code.push(CONST);
    push_signed(code, number);
    code.extend(STORE);
}

/// A callee has returned: the caller is the innermost again.
fn again(code: &mut Vec<u8>, own: u32) {
    code.extend([CONST, 0, GET]);
    push_number(code, own);
    code.extend(STORE);
}

/// A function is left by a tail call: whoever is called takes its place.
fn leave(code: &mut Vec<u8>, own: u32) {
    code.extend([CONST, 0, GET]);
    push_number(code, own);
    code.extend([CONST, 4, SUB]);
    code.extend(STORE);
}

fn push_number(to: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

fn push_sized(to: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    push_number(to, u32::try_from(bytes.len()).ok()?);
    to.extend(bytes);
    Some(())
}

/// A number of a function as signed LEB128: below 2^31, so never negative.
fn push_signed(to: &mut Vec<u8>, mut value: u32) {
    while value >= 0x40 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}
