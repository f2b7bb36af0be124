//! A panic's message goes to the log; then the mechtron traps, and the wave is undone.

#[cfg(all(target_arch = "wasm32", not(feature = "std"), not(test)))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    crate::log::error(&one_line(&alloc::format!("{info}")));
    core::arch::wasm32::unreachable()
}

/// Sends what `std`'s panic handler says to the log.
#[cfg(feature = "std")]
pub(crate) fn prepare() {
    std::panic::set_hook(std::boxed::Box::new(|info| crate::log::error(&one_line(&alloc::format!("{info}")))));
}

/// Nothing to prepare: the handler above is the program's own.
#[cfg(not(feature = "std"))]
pub(crate) fn prepare() {}

/// A line of the log is one line; place and message of a panic stand on two.
#[cfg(any(feature = "std", all(target_arch = "wasm32", not(test))))]
fn one_line(text: &str) -> alloc::string::String {
    text.replace('\n', " ")
}
