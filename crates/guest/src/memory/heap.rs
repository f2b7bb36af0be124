//! Blocks of memory, by powers of two.
//!
//! A block's size is a power of two, and it lies at a multiple of its size (of a page when it is larger). A free block
//! holds the address of the next free one of its size. Blocks are split when a smaller one is needed and never merged:
//! what each size needs at its peak is kept, and nothing is ever searched. So the same calls burn the same fuel.

#![allow(unsafe_code, reason = "free blocks are linked through the memory they lie in")]

use core::ptr;

/// The smallest block, in bytes; it holds any alignment that is common.
const SMALLEST: usize = 16;

/// Sizes from 16 bytes to 2 GiB, half of what a 32-bit memory can hold.
const SIZES: usize = 28;

/// A page of WebAssembly, in bytes; larger blocks lie at a multiple of this.
pub(super) const PAGE: usize = 64 * 1_024;

/// The end of a list. No block lies there: the address space begins with the stack.
const NONE: usize = 0;

/// The free blocks, and the memory that was not handed out yet.
pub(super) struct Heap {
    free: [usize; SIZES],
    /// Everything from here to `end` was never handed out.
    top: usize,
    end: usize,
}

impl Heap {
    pub(super) const fn new() -> Self {
        Self { free: [NONE; SIZES], top: 0, end: 0 }
    }

    /// The address of a block of `size` bytes at a multiple of `align`.
    ///
    /// `more` is told where this heap's memory ends (0 at first) and how many bytes are missing: it answers where further
    /// memory, of whole smallest blocks, begins and ends, or `None` if there is none. It must be this heap's alone.
    pub(super) fn take(
        &mut self,
        size: usize,
        align: usize,
        more: impl FnMut(usize, usize) -> Option<(usize, usize)>,
    ) -> Option<usize> {
        let at = class(size, align)?;
        self.pop(at).or_else(|| self.carve(at)).or_else(|| self.split(at)).or_else(|| self.grow(at, more))
    }

    /// Takes back a block.
    ///
    /// # Safety
    /// It came from `take` of this heap with the same size and alignment, and nobody uses it any more.
    pub(super) unsafe fn give_back(&mut self, block: usize, size: usize, align: usize) {
        if let Some(at) = class(size, align) {
            self.push(at, block);
        }
    }

    /// Whether both sizes fill the same block.
    pub(super) fn is_same(old: usize, new: usize, align: usize) -> bool {
        class(old, align).is_some_and(|old| Some(old) == class(new, align))
    }

    fn pop(&mut self, at: usize) -> Option<usize> {
        let block = self.free[at];
        if block == NONE {
            return None;
        }
        // SAFETY: a block in a list is this heap's and was linked by `push`.
        self.free[at] = unsafe { ptr::with_exposed_provenance::<usize>(block).read() };
        Some(block)
    }

    fn push(&mut self, at: usize, block: usize) {
        // SAFETY: the block is free, and any block is large enough for, and aligned to, an address.
        unsafe { ptr::with_exposed_provenance_mut::<usize>(block).write(self.free[at]) };
        self.free[at] = block;
    }

    /// A block from the memory that was not handed out yet, if it is there. The gap before it becomes free blocks.
    fn carve(&mut self, at: usize) -> Option<usize> {
        let start = self.top.checked_next_multiple_of(alignment(at))?;
        let after = start.checked_add(bytes(at))?;
        if after > self.end {
            return None;
        }
        self.give_gap(start);
        self.top = after;
        Some(start)
    }

    /// Makes free blocks, each at a multiple of its size, of the memory from `top` until there.
    fn give_gap(&mut self, until: usize) {
        while self.top < until {
            let gap = (1 << self.top.trailing_zeros()).min(1 << (until - self.top).ilog2());
            let block = self.top;
            self.top += gap;
            if let Some(at) = class(gap, 1) {
                self.push(at, block);
            }
        }
    }

    /// A block from the smallest free one that is larger; its other halves become free blocks.
    fn split(&mut self, at: usize) -> Option<usize> {
        let larger = (at + 1..SIZES).find(|&larger| self.free[larger] != NONE)?;
        let block = self.pop(larger)?;
        for half in at..larger {
            self.push(half, block + bytes(half));
        }
        Some(block)
    }

    /// A block from further memory: a second time when it did not follow what was there, since the gap is another then.
    fn grow(&mut self, at: usize, mut more: impl FnMut(usize, usize) -> Option<(usize, usize)>) -> Option<usize> {
        for _ in 0..2 {
            let start = self.top.checked_next_multiple_of(alignment(at))?;
            let missing = start.checked_add(bytes(at))?.checked_sub(self.end)?;
            let (begin, end) = more(self.end, missing)?;
            if begin != self.end {
                self.give_gap(self.end);
                self.top = begin.checked_next_multiple_of(SMALLEST)?;
            }
            self.end = end;
            if let Some(block) = self.carve(at) {
                return Some(block);
            }
        }
        None
    }
}

/// Which list a block for `size` bytes at a multiple of `align` is in.
fn class(size: usize, align: usize) -> Option<usize> {
    if align > PAGE {
        return None;
    }
    let block = size.max(align).max(SMALLEST).checked_next_power_of_two()?;
    let at = (block / SMALLEST).trailing_zeros() as usize;
    (at < SIZES).then_some(at)
}

const fn bytes(at: usize) -> usize {
    SMALLEST << at
}

fn alignment(at: usize) -> usize {
    bytes(at).min(PAGE)
}

#[cfg(test)]
mod tests {
    use super::{Heap, PAGE};
    use std::{vec, vec::Vec};

    /// Bytes of the arena that stands for a mechtron's memory.
    const ARENA: usize = 64 * PAGE;

    struct Arena {
        heap: Heap,
        _memory: Vec<u128>,
        next: usize,
        last: usize,
        in_use: Vec<(usize, usize, usize)>,
    }

    impl Arena {
        /// An arena whose first page is partly taken, as by a stack and data.
        fn new(taken: usize) -> Self {
            let mut memory = vec![0_u128; (ARENA + PAGE) / 16];
            let base = memory.as_mut_ptr().expose_provenance().next_multiple_of(PAGE);
            Self { heap: Heap::new(), _memory: memory, next: base + taken, last: base + ARENA, in_use: Vec::new() }
        }

        fn take(&mut self, size: usize, align: usize) -> Option<usize> {
            let (next, last) = (&mut self.next, self.last);
            let block = self.heap.take(size, align, |_end, missing| {
                let begin = *next;
                let end = (begin + missing).next_multiple_of(PAGE);
                (end <= last).then(|| {
                    *next = end;
                    (begin, end)
                })
            })?;
            assert_eq!(block % align, 0);
            for &(other, length, _) in &self.in_use {
                assert!(block + size <= other || other + length <= block, "two blocks share memory");
            }
            self.in_use.push((block, size, align));
            Some(block)
        }

        fn give_back(&mut self, index: usize) {
            let (block, size, align) = self.in_use.swap_remove(index);
            // SAFETY: it was taken above with the same size and alignment.
            unsafe { self.heap.give_back(block, size, align) };
        }
    }

    /// A small generator with a fixed seed: the same sequence every time.
    fn numbers() -> impl FnMut(usize) -> usize {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        move |below| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 11) as usize % below
        }
    }

    #[test]
    fn blocks_never_share_memory() {
        let mut arena = Arena::new(20_480 + 48);
        let mut number = numbers();
        for _ in 0..20_000 {
            if number(2) == 0 && !arena.in_use.is_empty() {
                let index = number(arena.in_use.len());
                arena.give_back(index);
            } else if arena.in_use.len() < 100 {
                let size = 1 << number(15);
                let _full = arena.take(size + number(size), 1 << number(8));
            }
        }
    }

    #[test]
    fn what_is_given_back_is_used_again() {
        let mut arena = Arena::new(0);
        for _ in 0..10_000 {
            assert!(arena.take(3 * PAGE, 8).is_some());
            assert!(arena.take(10, 4).is_some());
            arena.give_back(0);
            arena.give_back(0);
        }
    }

    #[test]
    fn small_blocks_stay_in_the_first_page() {
        let mut arena = Arena::new(20_480);
        let first = arena.next;
        assert!(arena.take(100, 8).is_some());
        let page = arena.next;
        assert_eq!(page, first.next_multiple_of(PAGE));
        for _ in 0..300 {
            assert!(arena.take(128, 8).is_some());
        }
        assert_eq!(arena.next, page);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_nothing_is_lost() {
        let mut arena = Arena::new(0);
        assert_eq!(arena.take(ARENA * 2, 8), None);
        assert_eq!(arena.take(usize::MAX / 2 + 2, 8), None);
        assert_eq!(arena.take(8, 2 * PAGE), None);
        assert!(arena.take(PAGE, PAGE).is_some());
    }

    #[test]
    fn a_block_that_grows_within_its_size_may_stay() {
        assert!(Heap::is_same(33, 64, 8));
        assert!(!Heap::is_same(64, 65, 8));
        assert!(Heap::is_same(1, 64, 64));
        assert!(!Heap::is_same(8, usize::MAX, 8));
    }
}
