// The compiler's runtime for a mechtron: an arena. What a wave allocates lies behind the data, one piece after the other,
// and is forgotten at once by `__reset` when the next wave begins.
//
// The compiler's own runtimes set themselves up in a start function, which a mechtron must not have: here the end of
// the arena is 0 until the first wave.

/** Bytes before an object: the compiler's layout (sizes, the class) in full steps of alignment. */
const OVERHEAD: usize = 20;
const CLASS: usize = 8;
const SIZE: usize = 4;
const ALIGNMENT: usize = 16;
const PAGE: usize = 65536;

// @ts-ignore: decorator
@lazy let end: usize = 0;

function reach(until: usize): void {
  const room = <usize>memory.size() * PAGE;
  if (until > room && memory.grow(<i32>((until - room + PAGE - 1) / PAGE)) < 0) unreachable();
  end = until;
}

// @ts-ignore: decorator
@global @unsafe
function __reset(): void {
  end = __heap_base;
}

// @ts-ignore: decorator
@global @unsafe
function __new(size: usize, id: u32): usize {
  const object = (end + OVERHEAD + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
  reach(object + size);
  store<u32>(object - CLASS, id);
  store<u32>(object - SIZE, <u32>size);
  // The compiler takes new memory for zeros, and the last wave used this.
  memory.fill(object, 0, size);
  return object;
}

// @ts-ignore: decorator
@global @unsafe
function __renew(old: usize, size: usize): usize {
  const before = <usize>load<u32>(old - SIZE);
  const object = __new(size, load<u32>(old - CLASS));
  memory.copy(object, old, min(before, size));
  return object;
}

// @ts-ignore: decorator
@global @unsafe
function __alloc(size: usize): usize {
  return __new(size, 0);
}

// @ts-ignore: decorator
@global @unsafe
function __realloc(old: usize, size: usize): usize {
  return __renew(old, size);
}

// Nothing is freed one by one, so nothing needs to be counted, visited or collected.

// @ts-ignore: decorator
@global @unsafe
function __free(ptr: usize): void {}

// @ts-ignore: decorator
@global @unsafe
function __link(parent: usize, child: usize, several: bool): void {}

// @ts-ignore: decorator
@global @unsafe
function __pin(ptr: usize): usize {
  return ptr;
}

// @ts-ignore: decorator
@global @unsafe
function __unpin(ptr: usize): void {}

// @ts-ignore: decorator
@global @unsafe
function __visit(ptr: usize, cookie: u32): void {}

// @ts-ignore: decorator
@global @unsafe
function __collect(): void {}
