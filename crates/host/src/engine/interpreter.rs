//! wasmi behind the engine trait.
//!
//! One wasmi engine per module (an engine never frees code, so it goes with the module's last user), one store per
//! instance (a store never frees instances). Translation and validation cost no fuel: it would depend on which functions
//! an instance happened to call before.

mod binary;
mod check;
mod held;
mod instrument;
mod linker;
mod trace;

use std::rc::Rc;
use std::sync::Arc;

use wasmi::{
    CompilationMode, Config, CustomFuelCosts, EnforcedLimits, Error, Linker, Memory, ResourceLimiter, Store, TrapCode,
    TypedFunc, TypedResumableCall, TypedResumableCallHostTrap, TypedResumableCallOutOfFuel, Val,
};

use self::held::Held;
use super::{Engine, Entry, Instance, Module, Outcome, Trap, TrapKind, WasmError};
use crate::abi::{self, Guest};
use crate::limiter::{Denied, Limiter};

/// Calls that may be nested; each takes some bytes of the host's own memory.
const RECURSION: usize = 1_000;
/// Bytes of the value stack an instance begins with.
const FIRST_STACK: usize = 1_024;
/// Bytes copied by one unit of fuel.
const BYTES_PER_FUEL: u32 = 64;
/// Value stacks kept for the next call; one module rarely has two calls at once.
const CACHED_STACKS: usize = 1;

/// Bytes of one page of memory.
const PAGE: u64 = 65_536;

/// The export that brings a state of older code up to date.
const MIGRATE: &str = "mechtron_migrate";

/// The interpreter.
#[derive(Debug, Default)]
pub struct Interpreter;

fn config(stack: u64) -> Config {
    let mut config = Config::default();
    let stack = usize::try_from(stack).unwrap_or(usize::MAX).max(FIRST_STACK);
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
        .set_min_stack_height(FIRST_STACK)
        .set_max_stack_height(stack)
        .set_max_cached_stacks(CACHED_STACKS);
    config
}

struct Compiled {
    wasm: Arc<[u8]>,
    stack: u64,
    engine: wasmi::Engine,
    module: wasmi::Module,
    linker: Linker<Held>,
}

impl Engine for Interpreter {
    fn compile(&self, wasm: Arc<[u8]>, stack: u64) -> Result<Rc<dyn Module>, WasmError> {
        check::size(&wasm)?;
        let engine = wasmi::Engine::new(&config(stack));
        let module = wasmi::Module::new(&engine, &*wasm).map_err(|error| WasmError::NotWasm(error.to_string()))?;
        check::module(&module, &wasm)?;
        let linker = linker::linker(&engine).map_err(|error| WasmError::Import(error.to_string()))?;
        Ok(Rc::new(Compiled { wasm, stack, engine, module, linker }))
    }
}

impl Module for Compiled {
    fn trace(&self, guest: Box<Guest>, fuel: u64) -> (Vec<String>, Box<Guest>) {
        trace::trace(&self.wasm, self.stack, guest, fuel)
    }

    fn first_memory(&self) -> u64 {
        match self.module.get_export("memory") {
            Some(wasmi::ExternType::Memory(memory)) => memory.minimum().saturating_mul(PAGE),
            _ => 0,
        }
    }

    fn migrates(&self) -> bool {
        self.module.get_export(MIGRATE).is_some()
    }

    fn instantiate(&self, guest: Box<Guest>) -> Result<Box<dyn Instance>, (Trap, Box<Guest>)> {
        let mut store = Store::new(&self.engine, Held::new(guest));
        store.limiter(|held| &mut held.guest.limiter);
        match self.exports(&mut store) {
            Ok(exports) => Ok(Box::new(Running { store, exports, call: None, burnt: 0 })),
            Err(error) => {
                let trap = trap(&error, store.data());
                Err((trap, store.into_data().guest))
            }
        }
    }
}

type Export = TypedFunc<(), i32>;

/// What is called of an instance.
struct Exports {
    memory: Memory,
    init: Export,
    wave: Export,
    migrate: Option<Export>,
}

impl Compiled {
    fn exports(&self, store: &mut Store<Held>) -> Result<Exports, Error> {
        let instance = self.linker.instantiate_and_start(&mut *store, &self.module)?;
        let memory = instance.get_memory(&*store, "memory").ok_or_else(|| Error::new("no memory"))?;
        let init = instance.get_typed_func(&*store, "mechtron_init")?;
        let wave = instance.get_typed_func(&*store, "mechtron_wave")?;
        let migrate = if self.migrates() { Some(instance.get_typed_func(&*store, MIGRATE)?) } else { None };
        Ok(Exports { memory, init, wave, migrate })
    }
}

/// A call that can go on.
enum Suspended {
    Import(TypedResumableCallHostTrap<i32>),
    Slice(TypedResumableCallOutOfFuel<i32>),
}

struct Running {
    store: Store<Held>,
    exports: Exports,
    call: Option<Suspended>,
    burnt: u64,
}

impl Running {
    /// Runs one slice. What imports cost beyond the slice is burnt all the same.
    fn slice(&mut self, fuel: u64, go: impl FnOnce(&mut Self) -> Result<TypedResumableCall<i32>, Error>) -> Outcome {
        self.store.data_mut().beyond = 0;
        let result = self.store.set_fuel(fuel).and_then(|()| go(self));
        let left = self.store.get_fuel().unwrap_or_default();
        self.burnt = fuel.saturating_sub(left) + self.store.data().beyond;
        self.outcome(result)
    }

    fn outcome(&mut self, result: Result<TypedResumableCall<i32>, Error>) -> Outcome {
        match result {
            Ok(TypedResumableCall::Finished(value)) => Outcome::Done(value),
            Ok(TypedResumableCall::HostTrap(call)) if self.store.data().turn.blocked.is_some() => {
                self.call = Some(Suspended::Import(call));
                Outcome::Waiting
            }
            Ok(TypedResumableCall::HostTrap(call)) => Outcome::Trapped(trap(call.host_error(), self.store.data())),
            Ok(TypedResumableCall::OutOfFuel(call)) => {
                let needed = call.required_fuel();
                self.call = Some(Suspended::Slice(call));
                Outcome::OutOfFuel(needed)
            }
            Err(error) => Outcome::Trapped(trap(&error, self.store.data())),
        }
    }
}

impl Instance for Running {
    fn start(&mut self, entry: Entry, fuel: u64) -> Outcome {
        let export = match (entry, self.exports.migrate) {
            (Entry::Init, _) => self.exports.init,
            (Entry::Wave, _) => self.exports.wave,
            (Entry::Migrate, Some(migrate)) => migrate,
            (Entry::Migrate, None) => return Outcome::Done(0),
        };
        self.slice(fuel, |running| export.call_resumable(&mut running.store, ()))
    }

    fn resume(&mut self, fuel: u64) -> Outcome {
        match self.call.take() {
            Some(Suspended::Slice(call)) => self.slice(fuel, |running| call.resume(&mut running.store)),
            Some(Suspended::Import(call)) => {
                let (memory, guest) = self.exports.memory.data_and_store_mut(&mut self.store);
                let value = abi::finish(memory, guest);
                self.slice(fuel, |running| call.resume(&mut running.store, &[Val::I32(value)]))
            }
            None => Outcome::Trapped(Trap { kind: TrapKind::Code, message: "no call is suspended".into() }),
        }
    }

    fn burnt(&self) -> u64 {
        self.burnt
    }

    fn guest(&mut self) -> &mut Guest {
        self.store.data_mut()
    }

    fn into_guest(self: Box<Self>) -> Box<Guest> {
        self.store.into_data().guest
    }
}

fn trap(error: &Error, guest: &Guest) -> Trap {
    let (kind, message) = match (error.as_trap_code(), guest.limiter.denied()) {
        (Some(TrapCode::StackOverflow), _) => (TrapKind::Stack, "the call stack is exhausted".into()),
        (_, Some(Denied::Memory)) => (TrapKind::Memory, "its memory would grow past its limit".into()),
        (_, Some(Denied::Table)) => (TrapKind::Table, "its table would grow past the limit".into()),
        (_, Some(Denied::Star)) => (TrapKind::Star, "the star has no memory left for it".into()),
        _ => (TrapKind::Code, error.to_string()),
    };
    Trap { kind, message }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Growth {
        // Past the module's own maximum `memory.grow` answers -1, as the specification has it.
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.memory(current, desired).then_some(true).ok_or(DENIED)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> Growth {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.table(current, desired).then_some(true).ok_or(DENIED)
    }

    fn memory_grow_failed(&mut self, _: &wasmi_core::MemoryError) -> Result<(), wasmi_core::LimiterError> {
        self.grow_failed();
        Ok(())
    }

    fn table_grow_failed(&mut self, _: &wasmi_core::TableError) -> Result<(), wasmi_core::LimiterError> {
        self.grow_failed();
        Ok(())
    }

    fn instances(&self) -> usize {
        1
    }

    fn tables(&self) -> usize {
        16
    }

    // The second is that of an instrumented copy.
    fn memories(&self) -> usize {
        2
    }
}

type Growth = Result<bool, wasmi_core::LimiterError>;
const DENIED: wasmi_core::LimiterError = wasmi_core::LimiterError::ResourceLimiterDeniedAllocation;
