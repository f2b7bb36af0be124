//! Texts, the memory they lie in, and how they are built: a part of starlane.zig.

const page_bytes = 65536;

/// Set by the linker; only its address means something.
extern var __heap_base: u8;

/// Where free memory begins: what a wave allocates lies behind the data, one piece after the other.
var end: usize = 0;

/// Forgets everything that was allocated.
pub fn reset() void {
    end = @intFromPtr(&__heap_base);
}

/// Makes sure that so many bytes fit behind what is taken. Traps when the memory may not grow any more.
fn reach(size: usize) void {
    const room = @wasmMemorySize(0) * page_bytes - end;
    if (size <= room) return;
    const missing = (size - room + page_bytes - 1) / page_bytes;
    if (@wasmMemoryGrow(0, missing) < 0) @trap();
}

/// So many bytes that are yours until the wave ends.
pub fn take(size: usize) []u8 {
    end = (end + 7) & ~@as(usize, 7);
    reach(size);
    const start: [*]u8 = @ptrFromInt(end);
    end += size;
    return start[0..size];
}

/// A text that is being built.
pub const Builder = struct {
    bytes: []u8 = &.{},
    room: usize = 0,

    pub fn add(text: *Builder, more: []const u8) void {
        const at = text.bytes.len;
        text.grow(more.len);
        @memcpy(text.bytes[at..], more);
    }

    pub fn byte(text: *Builder, one: u8) void {
        text.grow(1);
        text.bytes[text.bytes.len - 1] = one;
    }

    pub fn number(text: *Builder, value: i64) void {
        var digits: [20]u8 = undefined;
        var at: usize = digits.len;
        var rest: u64 = @abs(value);
        while (true) {
            at -= 1;
            digits[at] = '0' + @as(u8, @intCast(rest % 10));
            rest /= 10;
            if (rest == 0) break;
        }
        if (value < 0) text.byte('-');
        text.add(digits[at..]);
    }

    /// The text with & < > " ' replaced, so that it is only ever text, in an element and in a quoted attribute.
    pub fn html(page: *Builder, text: []const u8) void {
        for (text) |one| switch (one) {
            '&' => page.add("&amp;"),
            '<' => page.add("&lt;"),
            '>' => page.add("&gt;"),
            '"' => page.add("&quot;"),
            '\'' => page.add("&#39;"),
            else => page.byte(one),
        };
    }

    /// The text as JSON, with its quotes.
    pub fn json(into: *Builder, text: []const u8) void {
        const digits = "0123456789abcdef";
        into.byte('"');
        for (text) |one| {
            if (one < 0x20) {
                into.add("\\u00");
                into.byte(digits[one >> 4]);
                into.byte(digits[one & 15]);
            } else {
                if (one == '"' or one == '\\') into.byte('\\');
                into.byte(one);
            }
        }
        into.byte('"');
    }

    pub fn done(text: *const Builder) []u8 {
        return text.bytes;
    }

    /// So many bytes more; in place when nothing was allocated behind the text.
    fn grow(text: *Builder, size: usize) void {
        const needed = text.bytes.len + size;
        if (needed > text.room) {
            if (text.room > 0 and @intFromPtr(text.bytes.ptr) + text.room == end) {
                reach(needed - text.room);
                end += needed - text.room;
                text.room = needed;
            } else {
                const old = text.bytes;
                text.room = @max(64, needed + needed / 2);
                text.bytes = take(text.room);
                @memcpy(text.bytes[0..old.len], old);
            }
        }
        text.bytes.len = needed;
    }
};

/// The number that a text of decimal digits says; null when it is anything else.
pub fn number(text: []const u8) ?i64 {
    const minus = text.len > 1 and text[0] == '-';
    const digits = if (minus) text[1..] else text;
    if (digits.len == 0) return null;
    var value: i64 = 0;
    for (digits) |digit| {
        if (digit < '0' or digit > '9') return null;
        const one: i64 = digit - '0';
        if (value > @divTrunc(@as(i64, 0x7fffffffffffffff) - one, 10)) return null;
        value = value * 10 + one;
    }
    return if (minus) -value else value;
}
