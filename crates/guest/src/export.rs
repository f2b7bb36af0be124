//! From the exports of the ABI to a handler.

use crate::{Error, Reply, Wave, log, message, panic};

/// What stands in place of a discarded message when the handler gives no reply, as when there was none at all.
const NO_REPLY: u16 = 500;

/// What a handler may return.
pub trait Answer {
    /// The reply, if there is one; or why the wave failed.
    ///
    /// # Errors
    /// What the handler returned.
    fn answer(self) -> Result<Option<Reply>, Error>;
}

impl Answer for Reply {
    fn answer(self) -> Result<Option<Reply>, Error> {
        Ok(Some(self))
    }
}

impl Answer for Option<Reply> {
    fn answer(self) -> Result<Option<Reply>, Error> {
        Ok(self)
    }
}

impl Answer for () {
    fn answer(self) -> Result<Option<Reply>, Error> {
        Ok(None)
    }
}

impl<A: Answer, E: Into<Error>> Answer for Result<A, E> {
    fn answer(self) -> Result<Option<Reply>, Error> {
        self.map_err(Into::into)?.answer()
    }
}

/// Handles one wave; 0, or why it failed. [`export!`](crate::export) calls it.
pub fn run<A: Answer>(handle: impl FnOnce(&Wave) -> A) -> i32 {
    message::was_discarded();
    let answered = handle(&Wave::current()).answer().and_then(|reply| match reply {
        Some(reply) => reply.send(),
        None if message::was_discarded() => Reply::empty(NO_REPLY).send(),
        None => Ok(()),
    });
    finish(answered)
}

/// Starts the mechtron; 0, or why it is refused. [`export!`](crate::export) calls it.
pub fn init(ready: impl FnOnce() -> Result<(), Error>) -> i32 {
    panic::prepare();
    finish(ready())
}

/// Migrates the state; 0, or why it stays as it was. [`export!`](crate::export) calls it.
pub fn migrate(migrate: impl FnOnce() -> Result<(), Error>) -> i32 {
    panic::prepare();
    finish(migrate())
}

fn finish(result: Result<(), Error>) -> i32 {
    let Err(error) = result else { return 0 };
    log::error(error.text());
    error.number()
}

/// Makes a function the handler of this mechtron: `mechtron::export!(handle)`.
///
/// `handle` is a `fn(&Wave) -> A`, where `A` is a [`Reply`], an `Option` of one, `()`, or a `Result` of any of these.
/// Two more may follow, in this order, each a `fn() -> Result<(), Error>`:
///
/// - `init = ready` runs once for each instance before its first wave; it may read config, files and state.
/// - `migrate = migrate` runs once for a state that another version of the mechtron has written, before the first wave that
///   sees it; it may change the state too, whole or, when it gives an error, not at all.
///
/// ```
/// # use mechtron::{Error, Reply, Wave, state};
/// mechtron::export!(handle, migrate = rename);
///
/// fn handle(_: &Wave) -> Option<Reply> {
///     state::get("name").map(Reply::text)
/// }
///
/// /// The first version called it `title`.
/// fn rename() -> Result<(), Error> {
///     let Some(title) = state::get("title") else { return Ok(()) };
///     state::put("name", title)?;
///     state::delete("title").map(drop)
/// }
/// ```
#[macro_export]
macro_rules! export {
    ($handle:path) => {
        $crate::export!($handle, init = || ::core::result::Result::Ok(()));
    };
    ($handle:path, migrate = $migrate:expr) => {
        $crate::export!($handle, init = || ::core::result::Result::Ok(()), migrate = $migrate);
    };
    ($handle:path, init = $ready:expr, migrate = $migrate:expr) => {
        $crate::export!($handle, init = $ready);
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn mechtron_migrate() -> i32 {
                $crate::migrate($migrate)
            }
        };
    };
    ($handle:path, init = $ready:expr) => {
        const _: () = {
            #[unsafe(no_mangle)]
            extern "C" fn starlane_abi_1() {}

            #[unsafe(no_mangle)]
            extern "C" fn mechtron_init() -> i32 {
                $crate::init($ready)
            }

            #[unsafe(no_mangle)]
            extern "C" fn mechtron_wave() -> i32 {
                $crate::run($handle)
            }
        };
    };
}
