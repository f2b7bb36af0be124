//! Greets whoever asks, with a page and in JSON, and counts.

const star = @import("starlane");
const Reply = star.Reply;

comptime {
    star.mechtron(.{ .wave = handle });
}

fn handle() !Reply {
    if (star.param("name")) |visitor| {
        var page: star.Builder = .{};
        page.add("<!doctype html><h1>");
        page.html(try greet(visitor));
        page.add("</h1>");
        return Reply.html(page.done());
    }
    const name = star.json.text(star.body(), "name") orelse return Reply.empty(400);
    var json: star.Builder = .{};
    json.json(try greet(name));
    return Reply.json(json.done());
}

/// What is put into the state lasts; it is kept when the wave has been handled.
fn greet(name: []const u8) ![]const u8 {
    const count = (star.number(star.get("count") orelse "") orelse 0) + 1;
    var digits: star.Builder = .{};
    digits.number(count);
    try star.put("count", digits.done());
    var said: star.Builder = .{};
    said.add(star.config("greeting") orelse "Hello");
    said.add(", ");
    said.add(name);
    said.add("! You are number ");
    said.number(count);
    said.add(".");
    return said.done();
}
