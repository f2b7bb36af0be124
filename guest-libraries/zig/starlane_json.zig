//! Fields out of a JSON object: a part of starlane.zig. Nothing recurses, so no input is too deep. Writing is `Builder.json`.

const Builder = @import("starlane_text.zig").Builder;

/// The text under `name` in a JSON object; null when it is not there, is no text, or what stands before it is not JSON.
pub fn text(object: []const u8, name: []const u8) ?[]const u8 {
    var input = find(object, name) orelse return null;
    input.expect('"') orelse return null;
    return input.restOfString();
}

/// Any value under `name` as it stands there, a number for `number` or an object to look into for example.
pub fn value(object: []const u8, name: []const u8) ?[]const u8 {
    var input = find(object, name) orelse return null;
    while (input.left.len > 0 and isSpace(input.left[0])) input.left = input.left[1..];
    const start = input.left;
    input.skipValue() orelse return null;
    var size = start.len - input.left.len;
    while (size > 0 and isSpace(start[size - 1])) size -= 1;
    return start[0..size];
}

fn isSpace(one: u8) bool {
    return one == ' ' or one == '\t' or one == '\n' or one == '\r';
}

/// What is left where the value of `name` begins.
fn find(object: []const u8, name: []const u8) ?Input {
    var input = Input{ .left = object };
    input.expect('{') orelse return null;
    while (true) {
        input.expect('"') orelse return null;
        const key = input.restOfString() orelse return null;
        input.expect(':') orelse return null;
        if (same(key, name)) return input;
        input.skipValue() orelse return null;
        input.expect(',') orelse return null;
    }
}

fn same(one: []const u8, other: []const u8) bool {
    if (one.len != other.len) return false;
    for (one, other) |a, b| if (a != b) return false;
    return true;
}

const Input = struct {
    left: []const u8,

    fn byte(input: *Input) ?u8 {
        if (input.left.len == 0) return null;
        defer input.left = input.left[1..];
        return input.left[0];
    }

    /// The next byte that is not white space.
    fn token(input: *Input) ?u8 {
        while (input.byte()) |one| if (!isSpace(one)) return one;
        return null;
    }

    fn expect(input: *Input, wanted: u8) ?void {
        return if (input.token() == wanted) {} else null;
    }

    /// What follows the opening quote of a string, decoded.
    fn restOfString(input: *Input) ?[]const u8 {
        var decoded: Builder = .{};
        while (input.byte()) |one| switch (one) {
            '"' => return decoded.done(),
            '\\' => input.escaped(&decoded) orelse return null,
            0...0x1f => return null,
            else => decoded.byte(one),
        };
        return null;
    }

    fn escaped(input: *Input, into: *Builder) ?void {
        const one = input.byte() orelse return null;
        into.byte(switch (one) {
            'b' => 8,
            'f' => 12,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '"', '\\', '/' => one,
            'u' => return input.unicode(into),
            else => return null,
        });
    }

    /// Four hexadecimal digits, or eight when the first four are half of a pair, as UTF-8.
    fn unicode(input: *Input, into: *Builder) ?void {
        var letter = input.hexadecimal() orelse return null;
        if (letter >= 0xdc00 and letter < 0xe000) return null;
        if (letter >= 0xd800 and letter < 0xdc00) {
            if (input.byte() != '\\' or input.byte() != 'u') return null;
            const low = input.hexadecimal() orelse return null;
            if (low < 0xdc00 or low >= 0xe000) return null;
            letter = 0x10000 + ((letter - 0xd800) << 10) + (low - 0xdc00);
        }
        if (letter < 0x80) return into.byte(@intCast(letter));
        var more: u5 = if (letter < 0x800) 1 else if (letter < 0x10000) 2 else 3;
        into.byte(@truncate((@as(u32, 0xf0) << (3 - more)) | (letter >> (6 * more))));
        while (more > 0) {
            more -= 1;
            into.byte(@intCast(0x80 | ((letter >> (6 * more)) & 0x3f)));
        }
    }

    fn hexadecimal(input: *Input) ?u32 {
        var digits: u32 = 0;
        for (0..4) |_| {
            const one = input.byte() orelse return null;
            digits = digits * 16 + switch (one) {
                '0'...'9' => one - '0',
                'a'...'f' => one - 'a' + 10,
                'A'...'F' => one - 'A' + 10,
                else => return null,
            };
        }
        return digits;
    }

    /// Passes over a value, up to the comma or the bracket that follows it.
    fn skipValue(input: *Input) ?void {
        var depth: u32 = 0;
        while (true) {
            const before = input.left;
            switch (input.token() orelse return null) {
                '"' => _ = input.restOfString() orelse return null,
                '{', '[' => depth += 1,
                ',', '}', ']' => |one| {
                    if (depth == 0) {
                        input.left = before;
                        return;
                    }
                    if (one != ',') depth -= 1;
                },
                else => {},
            }
        }
    }
};
