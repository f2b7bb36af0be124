//! Outside a star there is nobody to call: every call is refused with `not-allowed`, and the clock stands at 0.

/// The ABI's `not-allowed`.
const NOT_ALLOWED: i32 = -6;

pub(super) fn read(_field: i32, _key: &[u8], _offset: usize, _into: &mut [u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn read_at(_field: i32, _index: u32, _into: &mut [u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn write(_field: i32, _key: &[u8], _value: &[u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn reply() -> i32 {
    NOT_ALLOWED
}

pub(super) fn signal(_flags: i32) -> i32 {
    NOT_ALLOWED
}

pub(super) fn ask(_wait_ms: i32) -> i32 {
    NOT_ALLOWED
}

pub(super) fn wait(_token: i32) -> i32 {
    NOT_ALLOWED
}

pub(super) fn put(_key: &[u8], _value: &[u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn del(_key: &[u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn next(_key: &[u8], _into: &mut [u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn log(_level: i32, _line: &[u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn random(_into: &mut [u8]) -> i32 {
    NOT_ALLOWED
}

pub(super) fn now() -> i64 {
    0
}
