//! A copy of a module that notes which functions it is in.
//!
//! The copy has a second memory of one page. Its first word points at the innermost entry; behind it stand the numbers of
//! the functions that are being called. Every function notes itself when it begins and again after each call it makes, so
//! nothing needs to be noted when one returns. The original is what runs; the copy only ever runs to find a trap again.

use std::collections::BTreeMap;

use wasmparser::{FunctionBody, KnownCustom, Name, Operator, Parser, Payload};

/// The export under which the host finds the notes.
pub(super) const TRACE: &str = "starlane_trace";

const MEMORY_SECTION: u8 = 5;
const EXPORT_SECTION: u8 = 7;
const CODE_SECTION: u8 = 10;
/// Bytes of a module's magic and version.
const PREAMBLE: usize = 8;

/// `i32.store` and `i32.load` of the second memory, aligned, without an offset.
const STORE: [u8; 4] = [0x36, 0x42, 1, 0];
const LOAD: [u8; 4] = [0x28, 0x42, 1, 0];
const CONST: u8 = 0x41;
const ADD: u8 = 0x6a;
const GET: u8 = 0x20;
const TEE: u8 = 0x22;
/// One group of one local of type `i32`.
const LOCAL: [u8; 2] = [1, 0x7f];

/// What of a module is needed to copy it.
#[derive(Default)]
struct Parts<'a> {
    /// Parameters of each function type.
    parameters: Vec<u32>,
    imported: u32,
    /// The type of each function that is not imported.
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
    names: BTreeMap<u32, String>,
}

/// The copy, and the names of its functions. Nothing when the module is of a kind that cannot be copied so.
pub(super) fn instrument(wasm: &[u8]) -> Option<(Vec<u8>, BTreeMap<u32, String>)> {
    let parts = parts(wasm)?;
    let mut copy = wasm.get(..PREAMBLE)?.to_vec();
    let mut rest = wasm.get(PREAMBLE..)?;
    while let Some((&id, after)) = rest.split_first() {
        let (size, at) = unsigned(after)?;
        let content = after.get(at..at + size as usize)?;
        rest = after.get(at + size as usize..)?;
        let content = match id {
            // One page, never more.
            MEMORY_SECTION => appended(content, &[1, 1, 1])?,
            EXPORT_SECTION => appended(content, &export())?,
            CODE_SECTION => code(&parts, wasm)?,
            _ => content.to_vec(),
        };
        copy.push(id);
        push_unsigned(&mut copy, u32::try_from(content.len()).ok()?);
        copy.extend(content);
    }
    Some((copy, parts.names))
}

fn parts(wasm: &[u8]) -> Option<Parts<'_>> {
    let mut parts = Parts::default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::TypeSection(types) => {
                for function in types.into_iter_err_on_gc_types() {
                    parts.parameters.push(u32::try_from(function.ok()?.params().len()).ok()?);
                }
            }
            // A mechtron imports functions only.
            Payload::ImportSection(imports) => parts.imported = imports.count(),
            Payload::FunctionSection(types) => {
                parts.types = types.into_iter().collect::<Result<_, _>>().ok()?;
            }
            Payload::CodeSectionEntry(body) => parts.bodies.push(body),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    names.into_iter().filter_map(Result::ok).for_each(|name| function_names(name, &mut parts.names));
                }
            }
            _ => {}
        }
    }
    Some(parts)
}

fn function_names(name: Name<'_>, names: &mut BTreeMap<u32, String>) {
    if let Name::Function(map) = name {
        names.extend(map.into_iter().filter_map(Result::ok).map(|naming| (naming.index, naming.name.to_owned())));
    }
}

/// A vector's content with one more item.
fn appended(content: &[u8], item: &[u8]) -> Option<Vec<u8>> {
    let (count, at) = unsigned(content)?;
    let mut longer = Vec::with_capacity(content.len() + item.len() + 1);
    push_unsigned(&mut longer, count.checked_add(1)?);
    longer.extend(&content[at..]);
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

fn code(parts: &Parts<'_>, wasm: &[u8]) -> Option<Vec<u8>> {
    let mut code = Vec::with_capacity(wasm.len() * 2);
    push_unsigned(&mut code, u32::try_from(parts.bodies.len()).ok()?);
    for (index, (body, of_type)) in parts.bodies.iter().zip(&parts.types).enumerate() {
        let parameters = *parts.parameters.get(*of_type as usize)?;
        let body = function(body, parameters, parts.imported.checked_add(u32::try_from(index).ok()?)?, wasm)?;
        push_unsigned(&mut code, u32::try_from(body.len()).ok()?);
        code.extend(body);
    }
    Some(code)
}

fn function(body: &FunctionBody<'_>, parameters: u32, number: u32, wasm: &[u8]) -> Option<Vec<u8>> {
    let mut own = parameters;
    for local in body.get_locals_reader().ok()? {
        own = own.checked_add(local.ok()?.0)?;
    }
    let mut operators = body.get_operators_reader().ok()?;
    let locals = wasm.get(body.range().start..operators.original_position())?;
    let mut copy = appended(locals, &LOCAL)?;
    begin(&mut copy, own, number);
    while !operators.eof() {
        let (operator, at) = operators.read_with_offset().ok()?;
        copy.extend(wasm.get(at..operators.original_position())?);
        if matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. }) {
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
    push_unsigned(code, own);
    code.extend(STORE);
    code.push(GET);
    push_unsigned(code, own);
    code.push(CONST);
    push_signed(code, number);
    code.extend(STORE);
}

/// A callee has returned: the caller is the innermost again.
fn again(code: &mut Vec<u8>, own: u32) {
    code.extend([CONST, 0, GET]);
    push_unsigned(code, own);
    code.extend(STORE);
}

/// An unsigned LEB128 number of 32 bits, and how many bytes it takes.
pub(super) fn unsigned(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0u32;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= u32::from(byte & 0x7f).checked_shl(7 * at as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

fn push_unsigned(to: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// A number of a function as signed LEB128: below 2^31, so never negative.
fn push_signed(to: &mut Vec<u8>, mut value: u32) {
    while value >= 0x40 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}
