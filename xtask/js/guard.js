
// What leaves the module as an exception (a panic, a trap, memory that cannot be had) leaves it broken in the middle of
// something: whoever listens is told once, and that instance is never entered again.

let tellBroken = () => {};

/** Calls back when the module is broken; `__wbg_reset_state` then makes a fresh one. */
export function whenBroken(call) {
    tellBroken = call;
}

function guarded(exports) {
    let broken;
    const guard = (enter) => (...args) => {
        if (broken) throw broken.cause;
        try {
            return enter(...args);
        } catch (cause) {
            if (!broken) {
                broken = { cause };
                tellBroken(cause);
            }
            throw cause;
        }
    };
    const pairs = Object.entries(exports).map(([name, value]) => [name, typeof value === 'function' ? guard(value) : value]);
    return Object.fromEntries(pairs);
}
