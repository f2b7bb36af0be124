// Bob's own page, in C: a clock, drawn as the star's time is when one looks, with the last visits as marks around it.
//
// State: `name` and `text` as Bob keeps them; `visits` in decimal; `marks`, the minutes of the day of the newest visits, each
// in decimal and followed by a blank.
#include "starlane.h"

enum {
    MARKS = 24,           // The marks around the clock.
    NAME = 160,           // The most bytes of a name, and of a text.
    TEXT = 4000,
    MINUTE_MS = 60000,
    DAY_MINUTES = 1440,
    TURN = 360,           // Degrees of a full turn, in which a clock shows twelve hours.
    CLOCK_MINUTES = 720,
};

static sl_text kept(const char *key) {
    sl_text value = sl_get(sl_of(key));
    return sl_is_absent(value) ? SL("") : value;
}

// The id of the user whose page this is: the last part of its point.
static sl_text user(void) {
    sl_text rest = sl_self(), part = rest;
    while (rest.size) part = sl_cut(&rest, ':');
    return part;
}

static sl_text name(void) {
    sl_text name = kept("name");
    return name.size ? name : user();
}

// A line of a figure, turned about the middle.
static void hand(sl_builder *page, const char *kind, int64_t degrees, const char *from, const char *to) {
    sl_add(page, "<path class=\"");
    sl_add(page, kind);
    sl_add(page, "\" transform=\"rotate(");
    sl_add_number(page, degrees);
    sl_add(page, ")\" d=\"M0 ");
    sl_add(page, from);
    sl_add(page, "V");
    sl_add(page, to);
    sl_add(page, "\"/>");
}

static void draw(sl_builder *page, int64_t minute, sl_text marks) {
    sl_add(page, "<svg viewBox=\"-110 -110 220 220\" role=\"img\" aria-label=\"A clock\"><circle class=\"face\" r=\"96\"/>");
    for (int hour = 0; hour < 12; hour++) hand(page, "tick", hour * (TURN / 12), "-84", hour % 3 ? "-90" : "-78");
    while (marks.size) {
        sl_add(page, "<circle class=\"visit\" cy=\"-103\" r=\"3\" transform=\"rotate(");
        sl_add_number(page, sl_number(sl_cut(&marks, ' '), 0) % CLOCK_MINUTES * TURN / CLOCK_MINUTES);
        sl_add(page, ")\"/>");
    }
    hand(page, "hour", minute % CLOCK_MINUTES * TURN / CLOCK_MINUTES, "6", "-46");
    hand(page, "minute", minute % 60 * TURN / 60, "8", "-72");
    sl_add(page, "<circle class=\"pin\" r=\"5\"/></svg>");
}

// The marks with one more, the oldest left out when there are enough.
static sl_text marked(sl_text marks, int64_t minute) {
    int count = 0;
    for (uint32_t i = 0; i < marks.size; i++) count += marks.at[i] == ' ';
    while (count-- >= MARKS) sl_cut(&marks, ' ');
    sl_builder more = {0};
    sl_add_text(&more, marks);
    sl_add_number(&more, minute);
    sl_add_byte(&more, ' ');
    return sl_built(&more);
}

static int page(void) {
    int64_t minute = sl_now() / MINUTE_MS % DAY_MINUTES, visits = sl_number(kept("visits"), 0) + 1;
    sl_text marks = marked(kept("marks"), minute);
    sl_builder count = {0}, page = {0};
    sl_add_number(&count, visits);
    int refused = sl_put(SL("visits"), sl_built(&count));
    if (!refused) refused = sl_put(SL("marks"), marks);
    if (refused) return -refused;
    sl_add(&page, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                  "<meta name=\"color-scheme\" content=\"light dark\"><title>");
    sl_add_html(&page, name());
    sl_add(&page, " · Clock</title><link rel=\"stylesheet\" href=\"/css/tokens.css\"><style>");
    sl_add_text(&page, sl_file(SL("html/clock.css")));
    sl_add(&page, "</style>");
    draw(&page, minute, marks);
    sl_add(&page, "<h1>");
    sl_add_html(&page, name());
    sl_add(&page, "</h1><p>");
    sl_add_html(&page, kept("text"));
    sl_add(&page, "</p><p class=\"soft\">Universal time. Each dot is a visit; you are number ");
    sl_add_number(&page, visits);
    sl_add(&page, ".</p><footer>Bob’s own program, in C. <a href=\"/\">All pages</a></footer>");
    int written = sl_answer_header("cache-control", SL("no-store"));
    return written ? -written : sl_answer_html(sl_built(&page));
}

static int shown(void) {
    sl_builder json = {0};
    sl_add(&json, "{\"name\":");
    sl_add_json(&json, name());
    sl_add(&json, ",\"text\":");
    sl_add_json(&json, kept("text"));
    sl_add(&json, "}");
    return sl_answer_json(sl_built(&json));
}

// Keeps what Bob writes.
static int keep(void) {
    sl_text self = sl_self();
    sl_builder owner = {0};
    sl_add_text(&owner, sl_cut(&self, ':'));
    sl_add(&owner, ":users:");
    sl_add_text(&owner, user());
    if (!sl_same(sl_agent(), sl_built(&owner))) return sl_answer(403, "text/plain", SL("not your page"));
    sl_text name = sl_json_text(sl_body(), "name"), text = sl_json_text(sl_body(), "text");
    if (name.size > NAME || text.size > TEXT) return sl_answer(400, "text/plain", SL("too long"));
    int refused = sl_put(SL("name"), name);
    if (!refused) refused = sl_put(SL("text"), text);
    return refused ? -refused : shown();
}

static int handle(void) {
    if (sl_says(sl_method(), "Http<Get>")) return page();
    return sl_says(sl_method(), "Ext<Show>") ? shown() : keep();
}

SL_MECHTRON(handle)
