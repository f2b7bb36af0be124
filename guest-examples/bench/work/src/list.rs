//! A linked list that is walked, turned round and sorted, through indices as pointers.

/// Elements of the list.
const LENGTH: usize = 128;

/// The end of the list.
const END: u8 = u8::MAX;

struct List {
    value: [u32; LENGTH],
    next: [u8; LENGTH],
    head: u8,
}

/// The checksum of a list made from `seed`, after all that was done to it.
pub(crate) fn run(seed: u32) -> u32 {
    let mut list = List::new(seed);
    list.reverse();
    let before = list.walk();
    list.sort();
    before ^ list.walk().rotate_left(7)
}

impl List {
    fn new(seed: u32) -> Self {
        let mut number = seed;
        let mut list = Self { value: [0; LENGTH], next: [END; LENGTH], head: END };
        for (value, next) in list.value.iter_mut().zip(&mut list.next).rev() {
            number = number.wrapping_mul(22_695_477).wrapping_add(1);
            *value = number >> 12;
            *next = list.head;
            list.head = if list.head == END { LENGTH as u8 - 1 } else { list.head - 1 };
        }
        list
    }

    fn next(&self, at: u8) -> u8 {
        self.next[usize::from(at) % LENGTH]
    }

    fn value(&self, at: u8) -> u32 {
        self.value[usize::from(at) % LENGTH]
    }

    fn link(&mut self, at: u8, next: u8) {
        self.next[usize::from(at) % LENGTH] = next;
    }

    fn reverse(&mut self) {
        let mut done = END;
        while self.head != END {
            let rest = self.next(self.head);
            self.link(self.head, done);
            done = self.head;
            self.head = rest;
        }
        self.head = done;
    }

    /// Insertion sort: each element finds its place in the part that is sorted.
    fn sort(&mut self) {
        let mut sorted = END;
        while self.head != END {
            let taken = self.head;
            self.head = self.next(taken);
            sorted = self.insert(sorted, taken);
        }
        self.head = sorted;
    }

    fn insert(&mut self, sorted: u8, taken: u8) -> u8 {
        let mut before = END;
        let mut at = sorted;
        while at != END && self.value(at) < self.value(taken) {
            before = at;
            at = self.next(at);
        }
        self.link(taken, at);
        if before == END {
            return taken;
        }
        self.link(before, taken);
        sorted
    }

    fn walk(&self) -> u32 {
        let mut sum = 0_u32;
        let mut at = self.head;
        while at != END {
            sum = sum.rotate_left(5) ^ self.value(at);
            at = self.next(at);
        }
        sum
    }
}
