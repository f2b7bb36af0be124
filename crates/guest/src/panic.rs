//! A panic's message goes to the log; then the mechtron traps, and the wave is undone.

#[cfg(all(target_arch = "wasm32", not(feature = "std"), not(test)))]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    crate::log::error(&alloc::format!("{info}"));
    core::arch::wasm32::unreachable()
}

/// Sends what `std`'s panic handler says to the log.
#[cfg(feature = "std")]
pub(crate) fn prepare() {
    std::panic::set_hook(std::boxed::Box::new(|info| crate::log::error(&alloc::format!("{info}"))));
}

/// Nothing to prepare: the handler above is the program's own.
#[cfg(not(feature = "std"))]
pub(crate) fn prepare() {}
