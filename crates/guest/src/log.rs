//! Lines for the log, 1 KiB each and 64 in one wave at most. What goes over is cut or dropped: a log never fails a wave.

use crate::abi;

/// The longest line, in bytes.
const LINE: usize = 1_024;

const ERROR: i32 = 1;
const WARNING: i32 = 2;
const INFORMATION: i32 = 3;
const DETAIL: i32 = 4;

/// Something failed.
pub fn error(line: &str) {
    write(ERROR, line);
}

/// Something should be looked at.
pub fn warn(line: &str) {
    write(WARNING, line);
}

/// Something worth knowing happened.
pub fn info(line: &str) {
    write(INFORMATION, line);
}

/// Something that helps while searching a fault.
pub fn detail(line: &str) {
    write(DETAIL, line);
}

fn write(level: i32, line: &str) {
    let mut end = line.len().min(LINE);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let _dropped = abi::log(level, line.get(..end).unwrap_or_default().as_bytes());
}
