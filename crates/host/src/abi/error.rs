//! The one table of codes; a guest gets minus the number.

/// Why an ABI call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AbiError {
    Absent = 1,
    OutOfRange = 2,
    BadField = 3,
    BadValue = 4,
    TooLarge = 5,
    NotAllowed = 6,
    StateFull = 7,
    TooMany = 8,
    BadToken = 9,
    Incomplete = 10,
}

impl AbiError {
    /// What the guest gets.
    pub(crate) fn result(self) -> i32 {
        -(self as i32)
    }
}
