//! One of five mechtrons that behave alike; this one is in Zig.

const star = @import("starlane");
const Reply = star.Reply;

comptime {
    star.mechtron(.{ .wave = handle, .init = ready, .migrate = migrate });
}

/// Where the counter is kept, in decimal.
const counter = "count";

/// Where an earlier version kept it.
const old_counter = "counter";

fn handle() !Reply {
    if (star.is("Ext<Greet>")) return greet();
    if (star.is("Ext<Field>")) return found(star.json.value(star.body(), star.header("name") orelse ""));
    if (star.is("Http<Get>")) return page();
    if (star.is("Ext<Echo>")) return Reply.text(join(&.{ name(), ": ", star.body() }));
    if (star.is("Ext<Count>")) return countUp();
    if (star.is("Ext<Get>")) return found(star.get(key()));
    if (star.is("Ext<Put>")) return done(star.put(key(), star.body()));
    if (star.is("Ext<Delete>")) return delete();
    if (star.is("Ext<Keys>")) return keys();
    if (star.is("Ext<Fail>")) return fail();
    if (star.is("Ext<Trap>")) return trap();
    if (star.is("Ext<Relay>")) return Reply.text(join(&.{ name(), "(", nextInRow(), ")" }));
    if (star.is("Ext<Both>")) return both();
    if (star.is("Ext<Tell>")) return tell();
    if (star.is("Ext<Told>")) return done(star.put("told", star.body()));
    if (star.is("Ext<File>")) return found(star.file(star.body()));
    if (star.is("Ext<Config>")) return found(star.config(star.body()));
    if (star.is("Ext<Header>")) return found(star.header(star.body()));
    if (star.is("Ext<Headers>")) return headers();
    if (star.is("Ext<Wave>")) return wave();
    if (star.is("Ext<Status>")) return status();
    if (star.is("Ext<Log>")) return logLine();
    if (star.is("Ext<Random>")) return random();
    if (star.is("Ext<Now>")) return Reply.text(decimal(star.now()));
    if (star.is("Ext<Large>")) return large();
    return Reply.empty(404);
}

fn name() []const u8 {
    return star.config("name") orelse "";
}

fn key() []const u8 {
    return star.param("key") orelse "";
}

fn count() i64 {
    return star.number(star.get(counter) orelse "") orelse 0;
}

fn decimal(number: i64) []const u8 {
    var digits: star.Builder = .{};
    digits.number(number);
    return digits.done();
}

fn join(pieces: []const []const u8) []const u8 {
    var all: star.Builder = .{};
    for (pieces) |piece| all.add(piece);
    return all.done();
}

fn found(value: ?[]const u8) Reply {
    return if (value) |text| Reply.text(text) else Reply.empty(404);
}

fn done(result: star.Error!void) star.Error!Reply {
    try result;
    return Reply.empty(204);
}

// ---- Hello

fn greet() Reply {
    const who = star.json.text(star.body(), "name") orelse return .{ .status = 400, .type = "text/plain", .body = "no name" };
    var json: star.Builder = .{};
    json.json(join(&.{ "Hello, ", who, "!" }));
    return Reply.json(json.done());
}

fn page() Reply {
    var html: star.Builder = .{};
    html.add("<!doctype html><meta charset=\"utf-8\"><title>");
    html.html(name());
    html.add("</title><h1>");
    html.html(star.param("name") orelse name());
    html.add("</h1><p>Counted to ");
    html.number(count());
    html.add(".</p>");
    return Reply.html(html.done());
}

// ---- State

fn countUp() star.Error!Reply {
    const next = decimal(count() + 1);
    try star.put(counter, next);
    return Reply.text(next);
}

/// Once for each instance, before its first wave.
fn ready() void {
    star.log(.detail, join(&.{ "ready at ", decimal(count()) }));
}

/// The counter gets its new name, unless it is no number: then nothing is changed.
fn migrate() !void {
    const old = star.get(old_counter) orelse return;
    try star.put(counter, old);
    try star.delete(old_counter);
    if (star.number(old) == null) return error.NoNumber;
}

fn delete() star.Error!Reply {
    star.delete(key()) catch |reason| return if (reason == error.Absent) Reply.empty(404) else reason;
    return Reply.empty(204);
}

/// Every key on a line of its own.
fn keys() Reply {
    var lines: star.Builder = .{};
    var each = star.next("");
    while (each) |one| : (each = star.next(one)) {
        lines.add(one);
        lines.byte('\n');
    }
    return Reply.text(lines.done());
}

/// What is done here is undone.
fn fail() anyerror {
    try star.put(counter, "999");
    return error.OnPurpose;
}

noinline fn trap() anyerror {
    try star.put(counter, "999");
    @trap();
}

// ---- Asking

/// What an answer says; `!` and the status when it is not 200, `!` and minus a code when the ask was refused.
fn said(result: star.Error!star.Pong) []const u8 {
    const pong = result catch |reason| return join(&.{ "!", decimal(-star.code(reason)) });
    return if (pong.status == 200) pong.body else join(&.{ "!", decimal(pong.status) });
}

/// What stands before the first comma, and behind it.
fn cut(text: []const u8) [2][]const u8 {
    for (text, 0..) |byte, at| if (byte == ',') return .{ text[0..at], text[at + 1 ..] };
    return .{ text, "" };
}

/// What the next in the row answers; the body when this is the last.
fn nextInRow() []const u8 {
    const first, const rest = cut(star.header("next") orelse "");
    if (first.len == 0) return star.body();
    const passed_on = [_]star.Header{.{ .name = "next", .value = rest }};
    const message = star.Message{ .to = first, .method = "Ext<Relay>", .body = star.body(), .headers = if (rest.len > 0) &passed_on else &.{} };
    return said(message.ping());
}

/// Two are asked at once, and the second is waited for first.
fn both() Reply {
    const first, const second = cut(star.header("next") orelse "");
    const one = ask(first);
    const other = ask(second);
    const answer = said(answered(other));
    return Reply.text(join(&.{ answer, ", ", said(answered(one)) }));
}

fn ask(to: []const u8) star.Error!star.Asked {
    return (star.Message{ .to = to, .method = "Ext<Echo>", .body = star.body() }).ask();
}

fn answered(asked: star.Error!star.Asked) star.Error!star.Pong {
    return (try asked).wait();
}

// ---- Telling

/// A signal to the point of the header `to`, or to the watchers.
fn tell() star.Error!Reply {
    const watch_key = [_]star.Header{.{ .name = "watch-key", .value = "told" }};
    var message = star.Message{ .method = "Ext<Told>", .body = star.body(), .headers = &watch_key };
    if (star.header("to")) |to| {
        message.to = to;
        return done(message.signal());
    }
    return done(message.signalWatchers());
}

// ---- What the star gives

fn headers() Reply {
    var lines: star.Builder = .{};
    var at: usize = 0;
    while (star.headerAt(at)) |header| : (at += 1) {
        if (header.len < 2 or !star.same(header[0..2], "x-")) continue;
        lines.add(header);
        lines.byte('\n');
    }
    return Reply.text(lines.done());
}

fn wave() Reply {
    const lines = [_][]const u8{ star.method(), star.path(), star.query("") orelse "", star.query("q") orelse "", star.contentType(), star.to(), star.ownPoint() };
    var text: star.Builder = .{};
    for (lines) |line| {
        text.add(line);
        text.byte('\n');
    }
    return Reply.text(text.done());
}

/// The body is the status to answer with.
fn status() Reply {
    const digits = star.body();
    const number = star.number(digits) orelse 0;
    return .{
        .status = if (number < 0 or number > 999) 0 else @intCast(number),
        .type = "text/x-status",
        .body = digits,
        .headers = star.headersOf(&.{.{ .name = "x-said", .value = digits }}),
    };
}

fn logLine() Reply {
    const level = star.number(star.header("level") orelse "") orelse 3;
    star.log(@enumFromInt(level), star.body());
    return Reply.empty(204);
}

fn random() star.Error!Reply {
    var bytes: [16]u8 = undefined;
    try star.random(&bytes);
    var digits: star.Builder = .{};
    for (bytes) |byte| {
        digits.byte("0123456789abcdef"[byte >> 4]);
        digits.byte("0123456789abcdef"[byte & 15]);
    }
    return Reply.text(digits.done());
}

/// As many letters as the body says.
fn large() Reply {
    const letters = star.take(@intCast(star.number(star.body()) orelse 0));
    @memset(letters, 'x');
    return Reply.text(letters);
}
