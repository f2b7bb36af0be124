// Greets whoever asks, with a page and in JSON, and counts.

#include "starlane.h"

// What is put into the state lasts; it is kept when the wave has been handled.
static sl_text greet(sl_text name) {
    sl_text greeting = sl_config("greeting");
    int64_t count = sl_number(sl_get(SL("count")), 0) + 1;
    sl_builder digits = {0}, said = {0};
    sl_add_number(&digits, count);
    sl_put(SL("count"), sl_built(&digits));
    sl_add_text(&said, sl_is_absent(greeting) ? SL("Hello") : greeting);
    sl_add(&said, ", ");
    sl_add_text(&said, name);
    sl_add(&said, "! You are number ");
    sl_add_number(&said, count);
    sl_add(&said, ".");
    return sl_built(&said);
}

static int page(sl_text name) {
    sl_builder page = {0};
    sl_add(&page, "<!doctype html><h1>");
    sl_add_html(&page, greet(name));
    sl_add(&page, "</h1>");
    return sl_answer_html(sl_built(&page));
}

static int handle(void) {
    sl_text visitor = sl_param("name");
    if (!sl_is_absent(visitor)) return page(visitor);
    sl_text name = sl_json_text(sl_body(), "name");
    if (sl_is_absent(name)) return sl_answer_empty(400);
    sl_builder json = {0};
    sl_add_json(&json, greet(name));
    return sl_answer_json(sl_built(&json));
}

SL_MECHTRON(handle)
