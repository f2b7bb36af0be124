//! Engines: what compiles modules and runs instances.
//!
//! An instance has at most one call, running or suspended; a call that is given up takes its instance with it (resuming
//! calls of one instance out of order corrupts a compiled guest's stack). Fuel is given slice by slice and counted to the
//! unit, however the slices fall. Nothing outside this folder names the interpreter.

mod error;
pub(crate) mod interpreter;

use std::rc::Rc;
use std::sync::Arc;

pub use error::WasmError;
pub use interpreter::Interpreter;

pub use crate::abi::Guest;

/// Compiles modules.
pub trait Engine {
    /// Compiles a module and holds it to the guest ABI. `stack` is the bound of the value stack in bytes.
    ///
    /// # Errors
    /// The rule the module breaks.
    fn compile(&self, wasm: Arc<[u8]>, stack: u64) -> Result<Rc<dyn Module>, WasmError>;
}

/// A compiled module: what instances are made from.
pub trait Module {
    /// Bytes of memory an instance begins with.
    fn first_memory(&self) -> u64;

    /// Whether it exports `mechtron_migrate`.
    fn migrates(&self) -> bool;

    /// Runs a guest's turn once more, with what it was given then, to name the functions it traps in, the innermost first.
    /// Nothing is named when it does not trap again within `fuel`. The guest's data comes back, its turn used up.
    fn trace(&self, guest: Box<Guest>, fuel: u64) -> (Vec<String>, Box<Guest>);

    /// Makes an instance; nothing of the module's code runs.
    ///
    /// # Errors
    /// Why not, with the guest's data given back.
    fn instantiate(&self, guest: Box<Guest>) -> Result<Box<dyn Instance>, (Trap, Box<Guest>)>;
}

/// Which export is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// `mechtron_init`.
    Init,
    /// `mechtron_wave`.
    Wave,
    /// `mechtron_migrate`; a module without it has nothing to do there.
    Migrate,
}

/// How a slice ended.
#[derive(Debug)]
pub enum Outcome {
    /// The call returned this.
    Done(i32),
    /// It waits for what `Guest::blocked` says.
    Waiting,
    /// The slice is used up; at least so much fuel is needed to go on.
    OutOfFuel(u64),
    /// It cannot go on; the instance must be dropped.
    Trapped(Trap),
}

/// One instance with its memory and its guest data.
pub trait Instance {
    /// Starts a call with this much fuel.
    fn start(&mut self, entry: Entry, fuel: u64) -> Outcome;

    /// Goes on with the suspended call: after a used-up slice, or after what it waited for has been put into the guest's data.
    fn resume(&mut self, fuel: u64) -> Outcome;

    /// Fuel burnt by the last slice. It may exceed what was given by the cost of one import.
    fn burnt(&self) -> u64;

    /// The guest's data.
    fn guest(&mut self) -> &mut Guest;

    /// Takes the guest's data back; the instance ends.
    fn into_guest(self: Box<Self>) -> Box<Guest>;
}

/// Why a call cannot go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// What kind it is.
    pub kind: TrapKind,
    /// What happened, in a few words.
    pub message: String,
}

/// Kinds of traps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrapKind {
    /// The code itself: unreachable, division by zero, a bad index.
    Code,
    /// More memory than its limit.
    Memory,
    /// More table entries than its limit.
    Table,
    /// Too deep a recursion.
    Stack,
    /// No memory left in the star.
    Star,
}
