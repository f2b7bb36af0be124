//! Why a relay does not open.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::store::StoreError;

/// Why a relay does not open.
#[derive(Debug)]
#[non_exhaustive]
pub enum RelayError {
    /// Something listens at this address already.
    PortTaken(SocketAddr),
    /// This address cannot be listened at.
    Listen(SocketAddr, io::Error),
    /// Another relay runs on this data folder.
    DataInUse(PathBuf),
    /// The data folder cannot be read or written.
    Data(PathBuf, io::Error),
    /// The store cannot be opened.
    Store(StoreError),
    /// The space is not a host name in lower case.
    BadSpace(String),
    /// A relay has 1 to 1,024 stars.
    BadStars(u32),
    /// The client and the console are not inside this binary.
    NoClient,
    /// A star's thread could not be started.
    Thread(io::Error),
    /// The operator's token or code could not be made.
    Operator(String),
}

impl RelayError {
    /// The stable code word.
    pub fn code(&self) -> &'static str {
        match self {
            RelayError::PortTaken(_) => "port-taken",
            RelayError::Listen(..) => "cannot-listen",
            RelayError::DataInUse(_) => "data-in-use",
            RelayError::Data(..) => "data-unusable",
            RelayError::Store(error) => error.code(),
            RelayError::BadSpace(_) => "bad-space",
            RelayError::BadStars(_) => "bad-stars",
            RelayError::NoClient => "client-missing",
            RelayError::Thread(_) => "no-thread",
            RelayError::Operator(_) => "no-operator",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            RelayError::PortTaken(_) => "Stop the other program, or choose another port.",
            RelayError::Listen(..) => "Choose an address of this machine, and a port above 1023.",
            RelayError::DataInUse(_) => "Stop the other relay, or choose another data folder.",
            RelayError::Data(..) => "Look at the folder's owner, rights and free space.",
            RelayError::Store(_) => {
                "Look at the free space; a damaged store is restored from a copy of the data folder."
            }
            RelayError::BadSpace(_) => "A space is like `localhost` or `my-domain.com`.",
            RelayError::BadStars(_) => "One for each core is usual.",
            RelayError::NoClient => "Build the binary with `cargo xtask build`.",
            RelayError::Thread(_) => "The machine has no room for another thread.",
            RelayError::Operator(_) => "Start again; the log says more.",
        }
    }
}

impl fmt::Display for RelayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelayError::PortTaken(address) => write!(f, "something listens at {address} already"),
            RelayError::Listen(address, error) => write!(f, "cannot listen at {address}: {error}"),
            RelayError::DataInUse(data) => write!(f, "another relay runs on {}", data.display()),
            RelayError::Data(data, error) => write!(f, "the data folder {} cannot be used: {error}", data.display()),
            RelayError::Store(error) => fmt::Display::fmt(error, f),
            RelayError::BadSpace(space) => write!(f, "`{space}` is not a space"),
            RelayError::BadStars(stars) => write!(f, "a relay has 1 to 1,024 stars, not {stars}"),
            RelayError::NoClient => f.write_str("the client and the console are not inside this binary"),
            RelayError::Thread(error) => write!(f, "a star's thread could not be started: {error}"),
            RelayError::Operator(what) => write!(f, "the operator could not be let in: {what}"),
        }
    }
}

impl Error for RelayError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            RelayError::Listen(_, error) | RelayError::Data(_, error) | RelayError::Thread(error) => Some(error),
            RelayError::Store(error) => Some(error),
            _ => None,
        }
    }
}

impl From<StoreError> for RelayError {
    fn from(error: StoreError) -> Self {
        RelayError::Store(error)
    }
}
