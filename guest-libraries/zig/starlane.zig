//! A mechtron in Zig: the whole guest ABI, version 1, with slices in place of ranges. No other package, no allocator.
//!
//! Everything that is allocated while a wave is handled (all that a function here gives back) is forgotten at its end, so
//! nothing is ever freed. What must last is put into the state; variables are only a cache.
//!
//!     zig build-exe -target wasm32-freestanding -O ReleaseSmall -fno-entry -rdynamic -fno-strip --stack 16384 \
//!         --dep starlane -Mroot=name.zig -Mstarlane=starlane.zig -femit-bin=name.wasm

pub const json = @import("starlane_json.zig");
pub const Builder = @import("starlane_text.zig").Builder;
pub const take = @import("starlane_text.zig").take;
pub const number = @import("starlane_text.zig").number;
const reset = @import("starlane_text.zig").reset;

/// Why a call was refused.
pub const Error = error{ Absent, OutOfRange, BadField, BadValue, TooLarge, NotAllowed, StateFull, TooMany, BadToken, Incomplete, Unknown };

/// The errors in the order of the ABI's table: the first has the code -1.
const table = [_]Error{ error.Absent, error.OutOfRange, error.BadField, error.BadValue, error.TooLarge, error.NotAllowed, error.StateFull, error.TooMany, error.BadToken, error.Incomplete };

/// What a handler's own error returns from `mechtron_wave`; outside the table of the ABI's codes.
const failed = 1000;

/// The error's code without its sign.
pub fn code(reason: anyerror) i32 {
    for (table, 1..) |one, at| if (one == reason) return @intCast(at);
    return failed;
}

// ---- The star's functions as they are.

const abi = struct {
    extern "starlane" fn read(field: i32, kp: usize, kl: usize, offset: usize, p: usize, cap: usize) i32;
    extern "starlane" fn write(field: i32, kp: [*]const u8, kl: usize, vp: [*]const u8, vl: usize) i32;
    extern "starlane" fn reply() i32;
    extern "starlane" fn signal(flags: i32) i32;
    extern "starlane" fn ask(wait_ms: u32) i32;
    extern "starlane" fn wait(token: i32) i32;
    extern "starlane" fn put(kp: [*]const u8, kl: usize, vp: [*]const u8, vl: usize) i32;
    extern "starlane" fn del(kp: [*]const u8, kl: usize) i32;
    extern "starlane" fn next(kp: [*]const u8, kl: usize, p: usize, cap: usize) i32;
    extern "starlane" fn log(level: i32, p: [*]const u8, n: usize) i32;
    extern "starlane" fn random(p: [*]u8, n: usize) i32;
    extern "starlane" fn now() i64;
};

/// The numbers of the fields; none is ever changed.
const Field = enum(i32) {
    kind = 1,
    id,
    from,
    agent,
    to,
    method,
    path,
    param,
    query,
    header,
    header_at,
    type,
    body,
    status,
    wait,
    config = 20,
    file,
    state,
    self,
    pong_status = 30,
    pong_header,
    pong_type,
    pong_body,
};

fn checked(result: i32) Error!u32 {
    if (result >= 0) return @intCast(result);
    return if (result >= -@as(i32, table.len)) table[@intCast(-1 - result)] else error.Unknown;
}

/// All bytes of a field; null when there are none to be had. For a header by its index, `key` is that index and `size` 0.
fn readAt(field: Field, key: usize, size: usize) ?[]u8 {
    const length = abi.read(@intFromEnum(field), key, size, 0, 0, 0);
    if (length < 0) return null;
    const bytes = take(@intCast(length));
    _ = abi.read(@intFromEnum(field), key, size, 0, @intFromPtr(bytes.ptr), bytes.len);
    return bytes;
}

fn read(field: Field, key: []const u8) ?[]u8 {
    return readAt(field, @intFromPtr(key.ptr), key.len);
}

fn write(field: Field, key: []const u8, value: []const u8) Error!void {
    _ = try checked(abi.write(@intFromEnum(field), key.ptr, key.len, value.ptr, value.len));
}

/// Whether two texts are the same.
pub fn same(one: []const u8, other: []const u8) bool {
    if (one.len != other.len) return false;
    for (one, other) |a, b| if (a != b) return false;
    return true;
}

// ---- The wave that is being handled.

/// Whether somebody waits for an answer. A signal needs none.
pub fn isPing() bool {
    return same(read(.kind, "") orelse "", "ping");
}

pub fn from() []const u8 {
    return read(.from, "") orelse "";
}

/// Who answers for the wave: a point, or `anonymous`. Trust this, not `from`.
pub fn agent() []const u8 {
    return read(.agent, "") orelse "";
}

pub fn to() []const u8 {
    return read(.to, "") orelse "";
}

/// The method, `Http<Get>` or `Ext<Greet>` for example.
pub fn method() []const u8 {
    return read(.method, "") orelse "";
}

/// Whether the method is this one.
pub fn is(name: []const u8) bool {
    return same(method(), name);
}

pub fn path() []const u8 {
    return read(.path, "") orelse "";
}

/// What `{name}` of the bind's route matched, percent-decoded.
pub fn param(name: []const u8) ?[]const u8 {
    return read(.param, name);
}

/// The first value of this name in the query, decoded; all of the query as it came for an empty name.
pub fn query(name: []const u8) ?[]const u8 {
    return read(.query, name);
}

/// The first header of this (lower-case) name.
pub fn header(name: []const u8) ?[]const u8 {
    return read(.header, name);
}

/// `name:value` of the n-th header, from 0; null behind the last.
pub fn headerAt(n: usize) ?[]const u8 {
    return readAt(.header_at, n, 0);
}

/// The content type of the body.
pub fn contentType() []const u8 {
    return read(.type, "") orelse "";
}

/// The body, 1 MiB at most.
pub fn body() []const u8 {
    return read(.body, "") orelse "";
}

/// Milliseconds left before the sender gives up.
pub fn waitMs() i64 {
    return number(read(.wait, "") orelse "") orelse 0;
}

// ---- What is at hand any time.

/// A value of the config: a text as it is, anything else as JSON; all of it as JSON for an empty name.
pub fn config(name: []const u8) ?[]const u8 {
    return read(.config, name);
}

/// A file of the mechtron's own bundle; waits until it is at hand.
pub fn file(name: []const u8) ?[]const u8 {
    return read(.file, name);
}

/// The mechtron's own point.
pub fn ownPoint() []const u8 {
    return read(.self, "") orelse "";
}

/// Milliseconds since 1970 UTC.
pub fn now() i64 {
    return abi.now();
}

/// Fills a slice with random bytes, 4,096 at most.
pub fn random(bytes: []u8) Error!void {
    _ = try checked(abi.random(bytes.ptr, bytes.len));
}

pub const Level = enum(i32) { failure = 1, warning, information, detail, _ };

/// The longest line of the log, in bytes.
const line_bytes = 1024;

/// A line of UTF-8 for the log; what goes over 1 KiB is cut off between two letters, and what comes after 64 lines of one wave
/// is dropped: a log never fails a wave.
pub fn log(level: Level, line: []const u8) void {
    var end = @min(line.len, line_bytes);
    while (end > 0 and end < line.len and line[end] & 0xc0 == 0x80) end -= 1;
    _ = abi.log(@intFromEnum(level), line.ptr, end);
}

// ---- State: an ordered map of keys (256 bytes) to values (64 KiB).

pub fn get(key: []const u8) ?[]const u8 {
    return read(.state, key);
}

pub fn put(key: []const u8, value: []const u8) Error!void {
    _ = try checked(abi.put(key.ptr, key.len, value.ptr, value.len));
}

/// Removes a key; `error.Absent` when it was not there.
pub fn delete(key: []const u8) Error!void {
    _ = try checked(abi.del(key.ptr, key.len));
}

/// The first key greater than this one; null at the end. `var key = star.next(""); while (key) |k| : (key = star.next(k)) …`
pub fn next(key: []const u8) ?[]const u8 {
    const length = abi.next(key.ptr, key.len, 0, 0);
    if (length < 0) return null;
    const bytes = take(@intCast(length));
    _ = abi.next(key.ptr, key.len, @intFromPtr(bytes.ptr), bytes.len);
    return bytes;
}

// ---- Answers and messages.

pub const Header = struct { name: []const u8, value: []const u8 };

/// Headers that last until the wave ends, for a reply that is given back by the function that makes them.
pub fn headersOf(headers: []const Header) []const Header {
    const bytes = take(headers.len * @sizeOf(Header));
    const kept: [*]Header = @ptrCast(@alignCast(bytes.ptr));
    @memcpy(kept[0..headers.len], headers);
    return kept[0..headers.len];
}

/// What a wave is answered with.
pub const Reply = struct {
    /// 200 to 599.
    status: u16 = 200,
    /// Without a type there is no body.
    type: ?[]const u8 = null,
    body: []const u8 = "",
    headers: []const Header = &.{},

    pub fn empty(status: u16) Reply {
        return .{ .status = status };
    }

    pub fn text(what: []const u8) Reply {
        return .{ .type = "text/plain", .body = what };
    }

    /// Put nothing into a page that did not pass `Builder.html`.
    pub fn html(page: []const u8) Reply {
        return .{ .type = "text/html", .body = page };
    }

    /// Text that is JSON already.
    pub fn json(what: []const u8) Reply {
        return .{ .type = "application/json", .body = what };
    }

    fn send(reply: Reply) Error!void {
        for (reply.headers) |one| try write(.header, one.name, one.value);
        var digits: Builder = .{};
        digits.number(reply.status);
        try write(.status, "", digits.done());
        if (reply.type) |content_type| {
            try write(.type, "", content_type);
            try write(.body, "", reply.body);
        }
        _ = try checked(abi.reply());
    }
};

/// What is asked of, or told to, another point. What is not set is left out.
pub const Message = struct {
    to: []const u8 = "",
    method: []const u8,
    path: ?[]const u8 = null,
    query: ?[]const u8 = null,
    headers: []const Header = &.{},
    type: []const u8 = "text/plain",
    body: ?[]const u8 = null,
    /// How long a ping may take; 0 means 15,000.
    wait_ms: u32 = 0,

    /// Sends a ping and goes on; 8 may be open at once.
    pub fn ask(message: Message) Error!Asked {
        errdefer drop();
        try message.put();
        return .{ .token = @intCast(try checked(abi.ask(message.wait_ms))) };
    }

    /// Sends a ping and waits for its answer.
    pub fn ping(message: Message) Error!Pong {
        return (try message.ask()).wait();
    }

    /// Sends a signal once the wave has been handled.
    pub fn signal(message: Message) Error!void {
        errdefer drop();
        try message.put();
        _ = try checked(abi.signal(0));
    }

    /// The same to everybody who watches this mechtron. With the header `watch-key` it replaces an unread one of that key.
    pub fn signalWatchers(message: Message) Error!void {
        errdefer drop();
        try message.put();
        _ = try checked(abi.signal(2));
    }

    fn put(message: Message) Error!void {
        for (message.headers) |one| try write(.header, one.name, one.value);
        if (message.path) |value| try write(.path, "", value);
        if (message.query) |value| try write(.query, "", value);
        if (message.body) |value| {
            try write(.type, "", message.type);
            try write(.body, "", value);
        }
        try write(.method, "", message.method);
        if (message.to.len > 0) try write(.to, "", message.to);
    }
};

/// Drops a message that was refused, or it would leak into the next: only `reply` takes any. A later answer replaces it.
fn drop() void {
    _ = abi.reply();
}

/// A ping that is under way. Several may be waited for in any order.
pub const Asked = struct {
    token: i32,

    pub fn wait(asked: Asked) Error!Pong {
        const status = try checked(abi.wait(asked.token));
        return .{ .status = @intCast(status), .type = read(.pong_type, "") orelse "", .body = read(.pong_body, "") orelse "" };
    }
};

/// An answer: 200, or why not.
pub const Pong = struct { status: u16, type: []const u8, body: []const u8 };

/// A header of the answer that was waited for last; `starlane-code` is the word of one that the mesh itself made.
pub fn pongHeader(name: []const u8) ?[]const u8 {
    return read(.pong_header, name);
}

// ---- The exports: `comptime { star.mechtron(.{ .wave = handle }); }`

/// Exports a mechtron. `does` has the functions `.wave` (handles one wave; gives a `Reply`, a `?Reply` or nothing),
/// perhaps `.init` (runs once for each instance before its first wave; config, files and state may be read there), and
/// perhaps `.migrate` (turns the state that an earlier version of this mechtron wrote into this version's). Each may give
/// an error: it undoes the wave, refuses the instance, leaves the state as it was.
pub fn mechtron(comptime does: anytype) void {
    const Does = @TypeOf(does);
    const exports = struct {
        fn abi1() callconv(.c) void {}

        fn init() callconv(.c) i32 {
            reset();
            return if (@hasField(Does, "init")) finished(does.init()) else 0;
        }

        fn wave() callconv(.c) i32 {
            reset();
            return finished(answer(does.wave()));
        }

        fn migrate() callconv(.c) i32 {
            reset();
            return finished(does.migrate());
        }
    };
    @export(&exports.abi1, .{ .name = "starlane_abi_1" });
    @export(&exports.init, .{ .name = "mechtron_init" });
    @export(&exports.wave, .{ .name = "mechtron_wave" });
    if (@hasField(Does, "migrate")) @export(&exports.migrate, .{ .name = "mechtron_migrate" });
}

/// Sends what a handler gave.
fn answer(given: anytype) anyerror!void {
    return switch (@typeInfo(@TypeOf(given))) {
        .error_union => answer(try given),
        .optional => if (given) |reply| answer(reply),
        .void => {},
        else => given.send(),
    };
}

/// 0, or the error's code after its name has gone to the log.
fn finished(result: anyerror!void) i32 {
    result catch |reason| {
        log(.failure, @errorName(reason));
        return code(reason);
    };
    return 0;
}
