//! Reading the bytes of a module that has been validated (WebAssembly core specification, 5).
//!
//! Only as much of the format as the host needs of its own: sections, names, and where each instruction ends. What is not
//! known gives nothing, never a guess.

/// Bytes of a module's magic and version.
pub(super) const PREAMBLE: usize = 8;

/// A place in the bytes of a module.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    /// An unsigned LEB128 number of 32 bits.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// Bytes behind their length.
    pub(super) fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.bytes(length as usize)
    }

    /// Passes over a LEB128 number of any kind.
    fn skip_number(&mut self) -> Option<()> {
        while self.byte()? & 0x80 != 0 {}
        Some(())
    }

    fn skip_numbers(&mut self, count: u32) -> Option<()> {
        (0..count).try_for_each(|_| self.skip_number())
    }

    /// Passes over one instruction; gives its opcode.
    pub(super) fn instruction(&mut self) -> Option<u8> {
        let opcode = self.byte()?;
        match opcode {
            0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => {}
            // Blocks with their type, branches, calls, variables, constants, references.
            0x02..=0x04 | 0x0c | 0x0d | 0x10 | 0x12 | 0x20..=0x26 | 0x3f..=0x42 | 0xd0 | 0xd2 => self.skip_number()?,
            0x11 | 0x13 => self.skip_numbers(2)?,
            0x0e => {
                let labels = self.number()?;
                self.skip_numbers(labels.checked_add(1)?)?;
            }
            0x1c => {
                let types = self.number()?;
                self.skip_numbers(types)?;
            }
            0x28..=0x3e => self.skip_numbers(2)?,
            0x43 => _ = self.bytes(4)?,
            0x44 => _ = self.bytes(8)?,
            0xfc => self.bulk()?,
            _ => return None,
        }
        Some(opcode)
    }

    /// The instructions behind the prefix `fc`: saturating conversions, bulk memory and tables.
    fn bulk(&mut self) -> Option<()> {
        match self.number()? {
            0..=7 => Some(()),
            8 | 10 | 12 | 14 => self.skip_numbers(2),
            9 | 11 | 13 | 15..=17 => self.skip_number(),
            _ => None,
        }
    }
}

/// The sections of a module: number and content.
pub(super) fn sections(wasm: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut reader = Reader::new(wasm.get(PREAMBLE..).unwrap_or_default());
    std::iter::from_fn(move || Some((reader.byte()?, reader.sized()?)))
}
