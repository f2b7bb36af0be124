// One of five mechtrons that behave alike; this one is in C.

#include "starlane.h"

// Where the counter is kept, in decimal.
#define COUNT SL("count")

// Where an earlier version kept it.
#define OLD_COUNT SL("counter")

// What `mechtron_wave` returns for a wave that is to be undone.
enum { FAILED = 7, DIGITS = 16 };

static sl_text name(void) { return sl_config("name"); }

static int64_t count(void) { return sl_number(sl_get(COUNT), 0); }

static sl_text decimal(int64_t number) {
    sl_builder digits = {0};
    sl_add_number(&digits, number);
    return sl_built(&digits);
}

static int found(sl_text value) {
    return sl_is_absent(value) ? sl_answer_empty(404) : sl_answer_text(value);
}

static int done(int refused) { return refused ? -refused : sl_answer_empty(204); }

// ---- Hello ----------------------------------------------------------------------------------------------------------

static int greet(void) {
    sl_text who = sl_json_text(sl_body(), "name");
    if (sl_is_absent(who)) return sl_answer(400, "text/plain", SL("no name"));
    sl_builder hello = {0}, json = {0};
    sl_add(&hello, "Hello, ");
    sl_add_text(&hello, who);
    sl_add(&hello, "!");
    sl_add_json(&json, sl_built(&hello));
    return sl_answer_json(sl_built(&json));
}

static int page(void) {
    sl_text who = sl_param("name");
    if (sl_is_absent(who)) who = name();
    sl_builder page = {0};
    sl_add(&page, "<!doctype html><meta charset=\"utf-8\"><title>");
    sl_add_html(&page, name());
    sl_add(&page, "</title><h1>");
    sl_add_html(&page, who);
    sl_add(&page, "</h1><p>Counted to ");
    sl_add_number(&page, count());
    sl_add(&page, ".</p>");
    return sl_answer_html(sl_built(&page));
}

static int echo(void) {
    sl_builder said = {0};
    sl_add_text(&said, name());
    sl_add(&said, ": ");
    sl_add_text(&said, sl_body());
    return sl_answer_text(sl_built(&said));
}

// ---- State ----------------------------------------------------------------------------------------------------------

static int count_up(void) {
    sl_text next = decimal(count() + 1);
    int refused = sl_put(COUNT, next);
    return refused ? -refused : sl_answer_text(next);
}

// Once for each instance, before its first wave.
static int ready(void) {
    sl_builder line = {0};
    sl_add(&line, "ready at ");
    sl_add_number(&line, count());
    return -sl_log(SL_LOG_DETAIL, sl_built(&line));
}

// The counter gets its new name, unless it is no number: then nothing is changed.
static int migrate(void) {
    sl_text old = sl_get(OLD_COUNT);
    if (sl_is_absent(old)) return 0;
    if (sl_put(COUNT, old) || sl_delete(OLD_COUNT)) return FAILED;
    return sl_number(old, -1) < 0 ? FAILED : 0;
}

static int delete(void) {
    int refused = sl_delete(sl_param("key"));
    return refused == SL_ABSENT ? sl_answer_empty(404) : done(refused);
}

// Every key on a line of its own.
static int keys(void) {
    sl_builder lines = {0};
    for (sl_text key = sl_next(SL("")); !sl_is_absent(key); key = sl_next(key)) {
        sl_add_text(&lines, key);
        sl_add_byte(&lines, '\n');
    }
    return sl_answer_text(sl_built(&lines));
}

// What is done here is undone.
static int spoil(void) {
    int refused = sl_put(COUNT, SL("999"));
    return refused ? -refused : sl_answer_text(SL("never"));
}

static int fail(void) {
    spoil();
    return FAILED;
}

__attribute__((noinline)) static int trap(void) {
    spoil();
    __builtin_trap();
}

// ---- Asking ---------------------------------------------------------------------------------------------------------

// What an answer says; `!` and the status when it is not 200, `!` and minus a code when the ask was refused.
static sl_text said(sl_pong pong) {
    if (pong.status == 200) return pong.body;
    sl_builder refusal = {0};
    sl_add(&refusal, "!");
    sl_add_number(&refusal, pong.status);
    return sl_built(&refusal);
}

// What the next in the row answers; the body when this is the last.
static sl_text next_in_row(void) {
    sl_text rest = sl_header("next");
    sl_text next = sl_cut(&rest, ',');
    if (next.size == 0) return sl_body();
    sl_message message = {.to = next, .method = "Ext<Relay>", .body = sl_body()};
    if (rest.size) message.headers[0] = (sl_pair){"next", rest};
    return said(sl_ping(message));
}

static int relay(void) {
    sl_builder row = {0};
    sl_add_text(&row, name());
    sl_add(&row, "(");
    sl_add_text(&row, next_in_row());
    sl_add(&row, ")");
    return sl_answer_text(sl_built(&row));
}

// Two are asked at once, and the second is waited for first.
static int both(void) {
    sl_text second = sl_header("next");
    sl_text first = sl_cut(&second, ',');
    int one = sl_ask((sl_message){.to = first, .method = "Ext<Echo>", .body = sl_body()});
    int other = sl_ask((sl_message){.to = second, .method = "Ext<Echo>", .body = sl_body()});
    sl_builder answers = {0};
    sl_add_text(&answers, said(sl_wait(other)));
    sl_add(&answers, ", ");
    sl_add_text(&answers, said(sl_wait(one)));
    return sl_answer_text(sl_built(&answers));
}

// ---- Telling --------------------------------------------------------------------------------------------------------

// A signal to the point of the header `to`, or to the watchers.
static int tell(void) {
    sl_message message = {.to = sl_header("to"), .method = "Ext<Told>", .body = sl_body()};
    message.headers[0] = (sl_pair){"watch-key", SL("told")};
    return done(sl_is_absent(message.to) ? sl_signal_watchers(message) : sl_signal(message));
}

// ---- What the star gives --------------------------------------------------------------------------------------------

static int headers(void) {
    sl_builder lines = {0};
    sl_text header;
    for (uint32_t at = 0; !sl_is_absent(header = sl_header_at(at)); at++) {
        if (!sl_begins(header, SL("x-"))) continue;
        sl_add_text(&lines, header);
        sl_add_byte(&lines, '\n');
    }
    return sl_answer_text(sl_built(&lines));
}

static int wave(void) {
    sl_text lines[] = {sl_method(), sl_path(), sl_query(""), sl_query("q"), sl_type(), sl_to(), sl_self()};
    sl_builder text = {0};
    for (uint32_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        sl_add_text(&text, lines[i]);
        sl_add_byte(&text, '\n');
    }
    return sl_answer_text(sl_built(&text));
}

// The body is the status to answer with.
static int status(void) {
    sl_text body = sl_body();
    int refused = sl_answer_header("x-said", body);
    return refused ? -refused : sl_answer((int)sl_number(body, 0), "text/x-status", body);
}

static int log_line(void) {
    return done(sl_log((enum sl_level)sl_number(sl_header("level"), 3), sl_body()));
}

static int random(void) {
    sl_text bytes = sl_random(DIGITS);
    sl_builder digits = {0};
    for (uint32_t i = 0; i < bytes.size; i++) {
        sl_add_byte(&digits, "0123456789abcdef"[(bytes.at[i] >> 4) & 15]);
        sl_add_byte(&digits, "0123456789abcdef"[bytes.at[i] & 15]);
    }
    return sl_answer_text(sl_built(&digits));
}

// As many letters as the body says.
static int large(void) {
    uint32_t size = (uint32_t)sl_number(sl_body(), 0);
    char *letters = sl_take(size);
    __builtin_memset(letters, 'x', size);
    return sl_answer_text((sl_text){letters, size});
}

static int handle(void) {
    sl_text method = sl_method();
    if (sl_says(method, "Ext<Greet>")) return greet();
    if (sl_says(method, "Ext<Field>")) return found(sl_json_value_at(sl_body(), sl_header("name")));
    if (sl_says(method, "Http<Get>")) return page();
    if (sl_says(method, "Ext<Echo>")) return echo();
    if (sl_says(method, "Ext<Count>")) return count_up();
    if (sl_says(method, "Ext<Get>")) return found(sl_get(sl_param("key")));
    if (sl_says(method, "Ext<Put>")) return done(sl_put(sl_param("key"), sl_body()));
    if (sl_says(method, "Ext<Delete>")) return delete();
    if (sl_says(method, "Ext<Keys>")) return keys();
    if (sl_says(method, "Ext<Fail>")) return fail();
    if (sl_says(method, "Ext<Trap>")) return trap();
    if (sl_says(method, "Ext<Relay>")) return relay();
    if (sl_says(method, "Ext<Both>")) return both();
    if (sl_says(method, "Ext<Tell>")) return tell();
    if (sl_says(method, "Ext<Told>")) return done(sl_put(SL("told"), sl_body()));
    if (sl_says(method, "Ext<File>")) return found(sl_file(sl_body()));
    if (sl_says(method, "Ext<Config>")) return found(sl_read(SL_CONFIG, sl_body()));
    if (sl_says(method, "Ext<Header>")) return found(sl_read(SL_HEADER, sl_body()));
    if (sl_says(method, "Ext<Headers>")) return headers();
    if (sl_says(method, "Ext<Wave>")) return wave();
    if (sl_says(method, "Ext<Status>")) return status();
    if (sl_says(method, "Ext<Log>")) return log_line();
    if (sl_says(method, "Ext<Random>")) return random();
    if (sl_says(method, "Ext<Now>")) return sl_answer_text(decimal(sl_now()));
    if (sl_says(method, "Ext<Large>")) return large();
    return sl_answer_empty(404);
}

SL_MECHTRON_WITH_INIT(handle, ready)
SL_MIGRATE(migrate)
