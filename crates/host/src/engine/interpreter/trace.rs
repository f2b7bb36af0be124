//! Finding a trap again: the same wave through an instrumented copy, to name the functions it happened in.
//!
//! What runs is deterministic, so the copy traps where the original did, unless it was something left in memory by an
//! earlier wave; then no names are given rather than wrong ones.

use wasmi::{Error, Linker, Memory, Store, TypedFunc, TypedResumableCall, Val};

use super::held::Held;
use super::instrument::{self, TRACE};
use super::{config, linker};
use crate::abi::{self, Blocked, Guest, Open};

/// Functions named at most, the innermost first.
const NAMES: usize = 16;
/// Characters of a name that are told: a path of a compiled language fits.
const NAME_CHARS: usize = 120;

/// Runs `init` and the guest's turn in a copy; gives the names of the functions it traps in, and the guest's data back.
pub(super) fn trace(wasm: &[u8], stack: u64, guest: Box<Guest>, fuel: u64) -> (Vec<String>, Box<Guest>) {
    let Some((copy, names)) = instrument::instrument(wasm) else { return (Vec::new(), guest) };
    let mut config = config(stack);
    config.wasm_multi_memory(true).enforced_limits(wasmi::EnforcedLimits::default());
    let engine = wasmi::Engine::new(&config);
    let made = wasmi::Module::new(&engine, copy).and_then(|module| Ok((module, linker::linker(&engine)?)));
    let Ok((module, linker)) = made else { return (Vec::new(), guest) };
    let mut store = Store::new(&engine, Held::new(guest));
    store.limiter(|held| &mut held.guest.limiter);
    let found = Copy::new(&mut store, &linker, &module).and_then(|copy| copy.run(&mut store, fuel));
    let numbers = found.unwrap_or_default();
    (numbers.into_iter().map(|number| name(&names, number)).collect(), store.into_data().guest)
}

fn name(names: &[(u32, String)], number: u32) -> String {
    let Some((_, name)) = names.iter().find(|(named, _)| *named == number) else { return format!("function {number}") };
    // Names are the module's, so anything may stand in them.
    name.chars().take(NAME_CHARS).map(|c| if c.is_control() { '?' } else { c }).collect()
}

struct Copy {
    memory: Memory,
    notes: Memory,
    init: TypedFunc<(), i32>,
    wave: TypedFunc<(), i32>,
}

impl Copy {
    fn new(store: &mut Store<Held>, linker: &Linker<Held>, module: &wasmi::Module) -> Result<Self, Error> {
        store.set_fuel(0)?;
        let instance = linker.instantiate_and_start(&mut *store, module)?;
        let memory = |name: &str| instance.get_memory(&*store, name).ok_or_else(|| Error::new("no memory"));
        Ok(Self {
            memory: memory("memory")?,
            notes: memory(TRACE)?,
            init: instance.get_typed_func(&*store, "mechtron_init")?,
            wave: instance.get_typed_func(&*store, "mechtron_wave")?,
        })
    }

    /// The functions of the trap, the innermost first; nothing when it does not happen again.
    fn run(&self, store: &mut Store<Held>, fuel: u64) -> Result<Vec<u32>, Error> {
        store.set_fuel(fuel)?;
        let wave = store.data_mut().turn.wave.take();
        let done = self.call(store, self.init);
        if wave.is_none() || done.is_err() {
            return if done.is_err() { self.notes(store) } else { Ok(Vec::new()) };
        }
        store.data_mut().turn.wave = wave;
        self.notes.write(&mut *store, 0, &[0; 4])?;
        match self.call(store, self.wave) {
            Err(error) if error.as_trap_code().is_some_and(|code| code != wasmi::TrapCode::OutOfFuel) => {
                self.notes(store)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// One call to its end, with the files and answers that the first run had.
    fn call(&self, store: &mut Store<Held>, export: TypedFunc<(), i32>) -> Result<(), Error> {
        let mut state = export.call_resumable(&mut *store, ())?;
        loop {
            let suspended = match state {
                TypedResumableCall::HostTrap(suspended) if answer(store.data_mut()) => suspended,
                TypedResumableCall::HostTrap(_) | TypedResumableCall::OutOfFuel(_) => return Ok(()),
                TypedResumableCall::Finished(_) => return Ok(()),
            };
            let (memory, guest) = self.memory.data_and_store_mut(&mut *store);
            let value = abi::finish(memory, guest);
            state = suspended.resume(&mut *store, &[Val::I32(value)])?;
        }
    }

    fn notes(&self, store: &Store<Held>) -> Result<Vec<u32>, Error> {
        let notes = self.notes.data(store);
        let word =
            |at: usize| notes.get(at..at + 4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]));
        let innermost = word(0).unwrap_or_default() as usize;
        Ok((1..=innermost / 4).rev().take(NAMES).filter_map(|place| word(place * 4)).collect())
    }
}

/// Puts what the suspended call waits for into the guest's data, if the first run had it.
fn answer(guest: &mut Guest) -> bool {
    match guest.turn.blocked {
        Some(Blocked::Pong(token)) => match guest.turn.past.pop_front() {
            Some(pong) => {
                guest.turn.open.insert(token, Open::Answered(pong));
                true
            }
            None => false,
        },
        Some(Blocked::File { digest, .. }) => guest.turn.files.contains_key(&digest),
        Some(Blocked::State(..)) | None => false,
    }
}
