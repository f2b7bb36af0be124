// 1,000 idle one-page mechtrons in a tab: by how much the client's memory grows for each, awake and asleep.
//
// A wasm memory never shrinks. So what a sleeping one holds is seen when as many others wake in the room that the first left:
// what is needed beyond it is what the first kept. Each has 16 bytes of state, or nothing of it would be kept at all.

/** Mechtrons. */
const MECHTRONS = 1_000;
/** Pings on the way at once. */
const BATCH = 50;
/** Milliseconds that are let pass until all sleep: twice the tab's idle time and some. */
const SLEEP = 70_000;

export async function idle(world) {
  return world.page(async (page) => {
    await page.clock.install();
    await page.addInitScript(capture);
    await page.goto(world.url("bench"));
    await page.evaluate(prepare);
    const before = await page.evaluate(() => window.held());
    await page.evaluate(([from, count, batch]) => window.wake(from, count, batch), [0, MECHTRONS, BATCH]);
    const awake = await page.evaluate(() => window.held());
    for (let sweep = 0; sweep < 3; sweep++) await page.clock.fastForward(SLEEP);
    const asleep = await page.evaluate(() => window.asleep());
    if (asleep < MECHTRONS) throw new Error(`only ${asleep} of ${MECHTRONS} mechtrons sleep`);
    await page.evaluate(([from, count, batch]) => window.wake(from, count, batch), [MECHTRONS, MECHTRONS, BATCH]);
    const both = await page.evaluate(() => window.held());
    const row = (name, what, bytes, most) => ({
      row: name,
      what,
      beside: "",
      unit: "KiB",
      ratios: [bytes / MECHTRONS / 1024],
      aim: { at_most: most },
      note: `${(bytes / 2 ** 20).toFixed(1)} MiB in all`,
    });
    return [
      row("awake-tab", "1,000 idle one-page mechtrons in a tab, each, awake", awake - before, 80),
      row("asleep-tab", "1,000 idle one-page mechtrons in a tab, each, asleep", both - awake, 6),
    ];
  });
}

/** Before the page's scripts: notes the memory of every module that is instantiated. */
function capture() {
  const memories = [];
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name].bind(WebAssembly);
    WebAssembly[name] = async (...given) => {
      const made = await original(...given);
      const { exports } = made.instance ?? made;
      if (exports.memory) memories.push(exports.memory);
      return made;
    };
  }
  window.held = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

/** In the page. */
async function prepare() {
  const { Star } = await import("/starlane/client/starlane.mjs");
  const star = await Star.start();
  await star.open("localhost:bench");
  const one = (index) => star.ping(`localhost:bench:tab-note:k-${index}`, "Ext<Go>", "");
  // What the first brings to life is not the others'.
  await one("first");
  window.wake = async (from, count, batch) => {
    for (let at = from; at < from + count; at += batch) {
      await Promise.all(Array.from({ length: batch }, (_, index) => one(at + index)));
    }
  };
  window.asleep = () => star.mechtrons().filter(({ status }) => status === "asleep").length;
}
