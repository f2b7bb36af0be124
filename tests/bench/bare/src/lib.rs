//! The engine alone, without a star around it: what the benches stand beside.
//!
//! It is set up as the host sets it up (`crates/host/src/engine/interpreter.rs`): the same dispatch, metered, lazily
//! translated. Nothing is checked, routed, queued or committed: a guest is called, and its imports copy bytes.

#[cfg(target_arch = "wasm32")]
mod exports;

use wasmi::{
    Caller, CompilationMode, Config, CustomFuelCosts, EnforcedLimits, Engine, Error, Extern, Linker, Module, Store,
    TypedFunc,
};

/// Calls that may be nested, as in the host.
const RECURSION: usize = 1_000;
/// Bytes of the value stack: first and last, as in the host by default.
const STACK: (usize, usize) = (1_024, 65_536);
/// Bytes copied by one unit of fuel, as in the host.
const BYTES_PER_FUEL: u32 = 64;
/// Fuel of one call: more than any guest of the benches burns.
const FUEL: u64 = 100_000_000;

/// What an instance carries: the bytes it is given, and those it gives back.
#[derive(Default)]
pub struct Bytes {
    /// What `read` copies into the guest.
    pub given: Vec<u8>,
    /// What `write` copied out of it.
    pub taken: Vec<u8>,
}

/// A compiled module with its imports.
pub struct Bare {
    engine: Engine,
    module: Module,
    linker: Linker<Bytes>,
}

/// One instance.
pub struct Guest {
    store: Store<Bytes>,
    wave: TypedFunc<(), i32>,
}

impl Bare {
    /// Compiles a module that imports no more than `read`, `write` and `reply` of the guest ABI.
    ///
    /// # Errors
    /// The engine's own.
    pub fn new(wasm: &[u8]) -> Result<Self, Error> {
        let engine = Engine::new(&config());
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::new(&engine);
        linker.func_wrap("starlane", "read", read)?;
        linker.func_wrap("starlane", "write", write)?;
        linker.func_wrap("starlane", "reply", |_: Caller<'_, Bytes>| 0_i32)?;
        Ok(Self { engine, module, linker })
    }

    /// Makes an instance that is ready for its first wave.
    ///
    /// # Errors
    /// The engine's own.
    pub fn instance(&self, given: Vec<u8>) -> Result<Guest, Error> {
        let mut store = Store::new(&self.engine, Bytes { given, taken: Vec::new() });
        store.set_fuel(FUEL)?;
        let instance = self.linker.instantiate_and_start(&mut store, &self.module)?;
        let init: TypedFunc<(), i32> = instance.get_typed_func(&store, "mechtron_init")?;
        let wave = instance.get_typed_func(&store, "mechtron_wave")?;
        init.call(&mut store, ())?;
        Ok(Guest { store, wave })
    }
}

impl Guest {
    /// One call in.
    ///
    /// # Errors
    /// The engine's own.
    pub fn call(&mut self) -> Result<i32, Error> {
        self.store.set_fuel(FUEL)?;
        self.wave.call(&mut self.store, ())
    }

    /// What the last call gave back.
    pub fn taken(&self) -> &[u8] {
        &self.store.data().taken
    }
}

fn config() -> Config {
    let mut config = Config::default();
    config
        .consume_fuel(true)
        .fuel_cost(CustomFuelCosts {
            bytes_copied_per_fuel: BYTES_PER_FUEL,
            fuel_per_bytes_translated: 0,
            fuel_per_bytes_validated: 0,
        })
        .compilation_mode(CompilationMode::LazyTranslation)
        .enforced_limits(EnforcedLimits::strict())
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        .ignore_custom_sections(true)
        .set_max_recursion_depth(RECURSION)
        .set_min_stack_height(STACK.0)
        .set_max_stack_height(STACK.1)
        .set_max_cached_stacks(1);
    config
}

fn memory<'a>(caller: &'a mut Caller<'_, Bytes>) -> Result<(&'a mut [u8], &'a mut Bytes), Error> {
    match caller.get_export("memory") {
        Some(Extern::Memory(memory)) => Ok(memory.data_and_store_mut(caller)),
        _ => Err(Error::new("no memory")),
    }
}

/// The import `read`: whatever the field, it is the given bytes. It gives their full length.
fn read(mut caller: Caller<'_, Bytes>, _: i32, _: i32, _: i32, _: i32, to: i32, room: i32) -> Result<i32, Error> {
    let (memory, bytes) = memory(&mut caller)?;
    let length = bytes.given.len().min(room as u32 as usize);
    let to = memory.get_mut(to as u32 as usize..).and_then(|rest| rest.get_mut(..length));
    to.ok_or_else(|| Error::new("out of range"))?.copy_from_slice(&bytes.given[..length]);
    Ok(bytes.given.len() as i32)
}

/// The import `write`: whatever the field, it is the taken bytes.
fn write(mut caller: Caller<'_, Bytes>, _: i32, _: i32, _: i32, from: i32, length: i32) -> Result<i32, Error> {
    let (memory, bytes) = memory(&mut caller)?;
    let from = memory.get(from as u32 as usize..).and_then(|rest| rest.get(..length as u32 as usize));
    bytes.taken.clear();
    bytes.taken.extend_from_slice(from.ok_or_else(|| Error::new("out of range"))?);
    Ok(0)
}
