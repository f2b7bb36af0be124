//! Lines that wait: what a relay says while it opens comes after its banner.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that wait at most; a relay that has more to say while it opens has trouble, which is shown at once.
const WAITING_BYTES: usize = 64 * 1024;

/// What waits; none once it was released.
type Waiting = Arc<Mutex<Option<Vec<u8>>>>;

/// Releases what waits, when it is dropped at the latest.
pub(crate) struct Held<W: Write = io::Stderr> {
    waiting: Waiting,
    out: fn() -> W,
}

/// Where lines are written: they wait, or go out.
pub(super) struct Lines<W> {
    waiting: Waiting,
    out: fn() -> W,
}

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self { waiting: self.waiting.clone(), out: self.out }
    }
}

impl<W: Write> Held<W> {
    pub(super) fn new(out: fn() -> W) -> (Self, Lines<W>) {
        let waiting: Waiting = Arc::new(Mutex::new(Some(Vec::new())));
        (Self { waiting: waiting.clone(), out }, Lines { waiting, out })
    }
}

impl<W: Write> Drop for Held<W> {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = waiting.take() {
            // Where the standard error is closed there is nobody to tell.
            let _ = (self.out)().write_all(&lines);
        }
    }
}

impl<W: Write> Write for Lines<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(lines) = waiting.as_mut() else {
            drop(waiting);
            return (self.out)().write(line);
        };
        lines.extend_from_slice(line);
        if lines.len() > WAITING_BYTES {
            (self.out)().write_all(&mem::take(lines))?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        (self.out)().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static OUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

    /// Where the lines of the test go.
    struct Out;

    impl Write for Out {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            OUT.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_wait_until_they_are_released() {
        let (held, mut lines) = Held::new(|| Out);
        let out = || String::from_utf8(OUT.lock().unwrap().clone()).unwrap();
        lines.clone().write_all(b"one\n").unwrap();
        lines.write_all(b"two\n").unwrap();
        assert_eq!(out(), "");
        drop(held);
        assert_eq!(out(), "one\ntwo\n");
        lines.write_all(b"three\n").unwrap();
        assert_eq!(out(), "one\ntwo\nthree\n");
    }
}
