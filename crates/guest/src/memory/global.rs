//! The heap as the program's allocator, over the memory that follows the data.

#![allow(unsafe_code, reason = "an allocator is unsafe to implement; the heap behind it is tested natively")]

use core::{
    alloc::{GlobalAlloc, Layout},
    arch::wasm32,
    cell::UnsafeCell,
    ptr,
};

use super::heap::{Heap, PAGE};

#[global_allocator]
static GLOBAL: Global = Global(UnsafeCell::new(Heap::new()));

struct Global(UnsafeCell<Heap>);

// SAFETY: a mechtron has one thread: the ABI has no way to start another.
unsafe impl Sync for Global {}

impl Global {
    fn with<T>(&self, work: impl FnOnce(&mut Heap) -> T) -> T {
        // SAFETY: one thread, and no method of the heap calls an allocator: this borrow ends before the next begins.
        work(unsafe { &mut *self.0.get() })
    }
}

// SAFETY: blocks are as large and as aligned as asked for and never overlap; the heap's tests hold that.
unsafe impl GlobalAlloc for Global {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match self.with(|heap| heap.take(layout.size(), layout.align(), more)) {
            Some(block) => ptr::with_exposed_provenance_mut(block),
            None => ptr::null_mut(),
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller promises that the block came from `alloc` with this layout.
        self.with(|heap| unsafe { heap.give_back(block.expose_provenance(), layout.size(), layout.align()) });
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if Heap::is_same(layout.size(), size, layout.align()) {
            return block;
        }
        // SAFETY: the caller promises that `size` is valid for this alignment.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks are at least that long, and they do not overlap.
            unsafe { ptr::copy_nonoverlapping(block, new, layout.size().min(size)) };
            // SAFETY: the caller promises that the block came from `alloc` with this layout.
            unsafe { self.dealloc(block, layout) };
        }
        new
    }
}

/// Where further memory begins and ends: at first what the data leaves of the first page, then new pages.
fn more(end: usize, missing: usize) -> Option<(usize, usize)> {
    let room = wasm32::memory_size(0) * PAGE;
    let begin = if end == 0 { data_end() } else { room };
    let short = missing.saturating_sub(room - begin);
    if short > 0 && wasm32::memory_grow(0, short.div_ceil(PAGE)) == usize::MAX {
        return None;
    }
    Some((begin, wasm32::memory_size(0) * PAGE))
}

/// Where the stack and the data of the program end.
fn data_end() -> usize {
    unsafe extern "C" {
        /// Set by the linker; only its address means something.
        static __heap_base: u8;
    }
    (&raw const __heap_base).expose_provenance()
}
