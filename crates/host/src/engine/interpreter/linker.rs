//! The guest ABI's imports as wasmi functions.

use std::fmt;

use wasmi::errors::HostError;
use wasmi::{Caller, Engine, Error, Extern, Linker, Memory};

use super::held::Held;
use crate::abi::{self, Call, Import, Reply};

/// The error by which an import stops the interpreter until what it waits for is there.
#[derive(Debug)]
struct Suspension;

impl fmt::Display for Suspension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("suspended")
    }
}

impl HostError for Suspension {}

type Store<'a> = Caller<'a, Held>;

pub(super) fn linker(engine: &Engine) -> Result<Linker<Held>, Error> {
    let mut linker = Linker::new(engine);
    for &(name, import, parameters) in abi::IMPORTS {
        let run = move |store: Store<'_>, args: Call| run(store, import, args);
        match parameters {
            0 => linker.func_wrap("starlane", name, move |s: Store<'_>| run(s, [0; 6]))?,
            1 => linker.func_wrap("starlane", name, move |s: Store<'_>, a: i32| run(s, [a, 0, 0, 0, 0, 0]))?,
            2 => linker.func_wrap("starlane", name, move |s: Store<'_>, a: i32, b: i32| run(s, [a, b, 0, 0, 0, 0]))?,
            3 => linker.func_wrap("starlane", name, move |s: Store<'_>, a, b, c| run(s, [a, b, c, 0, 0, 0]))?,
            4 => linker.func_wrap("starlane", name, move |s: Store<'_>, a, b, c, d| run(s, [a, b, c, d, 0, 0]))?,
            5 => linker.func_wrap("starlane", name, move |s: Store<'_>, a, b, c, d, e| run(s, [a, b, c, d, e, 0]))?,
            _ => {
                linker.func_wrap("starlane", name, move |s: Store<'_>, a, b, c, d, e, f| run(s, [a, b, c, d, e, f]))?
            }
        };
    }
    linker.func_wrap("starlane", "now", |mut store: Store<'_>| -> Result<i64, Error> {
        let (ms, fuel) = abi::now(store.data());
        charge(&mut store, fuel)?;
        Ok(ms)
    })?;
    Ok(linker)
}

fn run(mut store: Store<'_>, import: Import, args: Call) -> Result<i32, Error> {
    let memory = memory(&mut store)?;
    let (bytes, guest) = memory.data_and_store_mut(&mut store);
    let (reply, fuel) = abi::call(import, args, bytes, guest);
    charge(&mut store, fuel)?;
    match reply {
        Reply::Value(value) => Ok(value),
        Reply::Suspend => Err(Error::host(Suspension)),
    }
}

/// The module's memory, looked up by name once.
fn memory(store: &mut Store<'_>) -> Result<Memory, Error> {
    if let Some(memory) = store.data().memory {
        return Ok(memory);
    }
    let Some(Extern::Memory(memory)) = store.get_export("memory") else {
        return Err(Error::new("the module exports no memory"));
    };
    store.data_mut().memory = Some(memory);
    Ok(memory)
}

/// Burns fuel for an import; what the slice lacks is counted beside it.
fn charge(store: &mut Store<'_>, fuel: u64) -> Result<(), Error> {
    let left = store.get_fuel()?;
    store.set_fuel(left.saturating_sub(fuel))?;
    store.data_mut().beyond += fuel.saturating_sub(left);
    Ok(())
}
