// A mechtron in C: the whole guest ABI, version 1, with texts in place of ranges. No libc, no allocator.
//
// Everything that is allocated while a wave is handled (all that a function here gives back) is forgotten at its end, so
// nothing is ever freed. What must last is put into the state; static variables are only a cache.
//
//   clang --target=wasm32 -nostdlib -ffreestanding -Os -mbulk-memory -Wl,--no-entry -Wl,-zstack-size=16384 name.c -o name.wasm
#ifndef STARLANE_H
#define STARLANE_H

#include "starlane_json.h"
#include "starlane_text.h"

// ---- The star's functions as they are. ------------------------------------------------------------------------------

#define SL_IMPORT(name) __attribute__((import_module("starlane"), import_name(#name)))

SL_IMPORT(read) int32_t sl_abi_read(int32_t field, const char *kp, uint32_t kl, uint32_t offset, char *p, uint32_t cap);
SL_IMPORT(write) int32_t sl_abi_write(int32_t field, const char *kp, uint32_t kl, const char *vp, uint32_t vl);
SL_IMPORT(reply) int32_t sl_abi_reply(void);
SL_IMPORT(signal) int32_t sl_abi_signal(int32_t flags);
SL_IMPORT(ask) int32_t sl_abi_ask(uint32_t wait_ms);
SL_IMPORT(wait) int32_t sl_abi_wait(int32_t token);
SL_IMPORT(put) int32_t sl_abi_put(const char *kp, uint32_t kl, const char *vp, uint32_t vl);
SL_IMPORT(del) int32_t sl_abi_del(const char *kp, uint32_t kl);
SL_IMPORT(next) int32_t sl_abi_next(const char *kp, uint32_t kl, char *p, uint32_t cap);
SL_IMPORT(log) int32_t sl_abi_log(int32_t level, const char *p, uint32_t n);
SL_IMPORT(random) int32_t sl_abi_random(char *p, uint32_t n);
SL_IMPORT(now) int64_t sl_abi_now(void);

enum sl_field {
    SL_KIND = 1, SL_ID, SL_FROM, SL_AGENT, SL_TO, SL_METHOD, SL_PATH, SL_PARAM, SL_QUERY, SL_HEADER, SL_HEADER_AT,
    SL_TYPE, SL_BODY, SL_STATUS, SL_WAIT,
    SL_CONFIG = 20, SL_FILE, SL_STATE, SL_SELF,
    SL_PONG_STATUS = 30, SL_PONG_HEADER, SL_PONG_TYPE, SL_PONG_BODY,
};

// Why a call was refused. A function that gives one back gives 0 when it was not.
enum sl_error {
    SL_ABSENT = -1, SL_OUT_OF_RANGE = -2, SL_BAD_FIELD = -3, SL_BAD_VALUE = -4, SL_TOO_LARGE = -5,
    SL_NOT_ALLOWED = -6, SL_STATE_FULL = -7, SL_TOO_MANY = -8, SL_BAD_TOKEN = -9, SL_INCOMPLETE = -10,
};

// All bytes of a field; absent when there are none to be had.
SL_WHOLE sl_text sl_read(enum sl_field field, sl_text key) {
    int32_t size = sl_abi_read(field, key.at, key.size, 0, NULL, 0);
    if (size < 0) return sl_absent;
    char *at = sl_take((uint32_t)size);
    sl_abi_read(field, key.at, key.size, 0, at, (uint32_t)size);
    return (sl_text){at, (uint32_t)size};
}

// ---- The wave that is being handled. --------------------------------------------------------------------------------

static inline bool sl_is_ping(void) { return sl_says(sl_read(SL_KIND, sl_absent), "ping"); }
static inline sl_text sl_from(void) { return sl_read(SL_FROM, sl_absent); }
// Who answers for the wave: a point, or `anonymous`. Trust this, not `sl_from`.
static inline sl_text sl_agent(void) { return sl_read(SL_AGENT, sl_absent); }
static inline sl_text sl_to(void) { return sl_read(SL_TO, sl_absent); }
static inline sl_text sl_method(void) { return sl_read(SL_METHOD, sl_absent); }
static inline sl_text sl_path(void) { return sl_read(SL_PATH, sl_absent); }
// What `{name}` of the bind's route matched, percent-decoded.
static inline sl_text sl_param(const char *name) { return sl_read(SL_PARAM, sl_of(name)); }
// The first value of this name in the query, decoded; all of the query as it came for "".
static inline sl_text sl_query(const char *name) { return sl_read(SL_QUERY, sl_of(name)); }
static inline sl_text sl_header(const char *name) { return sl_read(SL_HEADER, sl_of(name)); }
// `name:value` of the n-th header, from 0.
static inline sl_text sl_header_at(uint32_t n) { return sl_read(SL_HEADER_AT, (sl_text){(const char *)(uintptr_t)n, 0}); }
static inline sl_text sl_type(void) { return sl_read(SL_TYPE, sl_absent); }
static inline sl_text sl_body(void) { return sl_read(SL_BODY, sl_absent); }
// Milliseconds left before the sender gives up.
static inline int64_t sl_wait_ms(void) { return sl_number(sl_read(SL_WAIT, sl_absent), 0); }

// ---- What is at hand any time. --------------------------------------------------------------------------------------

// A value of the config: a text as it is, anything else as JSON; all of it as JSON for "".
static inline sl_text sl_config(const char *name) { return sl_read(SL_CONFIG, sl_of(name)); }
// A file of the mechtron's own bundle; waits until it is at hand.
static inline sl_text sl_file(sl_text path) { return sl_read(SL_FILE, path); }
static inline sl_text sl_self(void) { return sl_read(SL_SELF, sl_absent); }
// Milliseconds since 1970 UTC.
static inline int64_t sl_now(void) { return sl_abi_now(); }
// So many random bytes, 4,096 at most (absent when more are asked for).
SL_WHOLE sl_text sl_random(uint32_t size) {
    char *at = sl_take(size);
    return sl_abi_random(at, size) < 0 ? sl_absent : (sl_text){at, size};
}

enum sl_level { SL_LOG_ERROR = 1, SL_LOG_WARNING, SL_LOG_INFORMATION, SL_LOG_DETAIL };

enum { SL_LINE = 1024 };

// A line of UTF-8 for the log; what goes over 1 KiB is cut off between two letters. 64 in one wave at most.
SL_WHOLE int sl_log(enum sl_level level, sl_text line) {
    if (line.size > SL_LINE) {
        line.size = SL_LINE;
        while (line.size && (line.at[line.size] & 0xc0) == 0x80) line.size--;
    }
    return sl_abi_log(level, line.at, line.size);
}

// ---- State: an ordered map of keys (256 bytes) to values (64 KiB). ---------------------------------------------------

static inline sl_text sl_get(sl_text key) { return sl_read(SL_STATE, key); }
static inline int sl_put(sl_text key, sl_text value) { return sl_abi_put(key.at, key.size, value.at, value.size); }
// 0, or SL_ABSENT when it was not there.
static inline int sl_delete(sl_text key) { return sl_abi_del(key.at, key.size); }
// The first key greater than this one; absent at the end. for (k = sl_next(SL("")); !sl_is_absent(k); k = sl_next(k))
SL_WHOLE sl_text sl_next(sl_text key) {
    int32_t size = sl_abi_next(key.at, key.size, NULL, 0);
    if (size < 0) return sl_absent;
    char *at = sl_take((uint32_t)size);
    sl_abi_next(key.at, key.size, at, (uint32_t)size);
    return (sl_text){at, (uint32_t)size};
}

// ---- Answers: `return sl_answer_html(sl_built(&page));` --------------------------------------------------------------

SL_WHOLE int sl_write(enum sl_field field, sl_text key, sl_text value) {
    return sl_abi_write(field, key.at, key.size, value.at, value.size);
}

// Adds a header (its name is lower-case) to the answer that is given next.
static inline int sl_answer_header(const char *name, sl_text value) { return sl_write(SL_HEADER, sl_of(name), value); }

// Answers with a status (200 to 599); a `type` of NULL means no body. What it gives back is what `mechtron_wave` returns.
SL_WHOLE int sl_answer(int status, const char *type, sl_text body) {
    sl_builder digits = {0};
    sl_add_number(&digits, status);
    int refused = sl_write(SL_STATUS, sl_absent, sl_built(&digits));
    if (!refused && type) refused = sl_write(SL_TYPE, sl_absent, sl_of(type));
    if (!refused && type) refused = sl_write(SL_BODY, sl_absent, body);
    if (!refused) refused = sl_abi_reply();
    return -refused;
}

static inline int sl_answer_empty(int status) { return sl_answer(status, NULL, sl_absent); }
static inline int sl_answer_text(sl_text body) { return sl_answer(200, "text/plain", body); }
// Put nothing into a page that did not pass `sl_add_html`.
static inline int sl_answer_html(sl_text page) { return sl_answer(200, "text/html", page); }
static inline int sl_answer_json(sl_text json) { return sl_answer(200, "application/json", json); }

// ---- Messages: sl_ping((sl_message){.to = point, .method = "Ext<Count>"}) --------------------------------------------

typedef struct {
    const char *name;
    sl_text value;
} sl_pair;

enum { SL_HEADERS = 8 };

// What is asked of, or told to, another point. What is not set is left out.
typedef struct {
    sl_text to;
    const char *method;
    sl_text path, query, body;
    const char *type;
    sl_pair headers[SL_HEADERS];
    uint32_t wait_ms;
} sl_message;

// An answer: its status, or minus a code when the ping was refused or its token is not open.
typedef struct {
    int status;
    sl_text type, body;
} sl_pong;

// Drops a message that was refused, or it would leak into the next: only `reply` takes any. A later answer replaces it.
SL_WHOLE int sl_drop(int refused) {
    sl_abi_reply();
    return refused;
}

SL_WHOLE int sl_write_message(const sl_message *message) {
    int refused = 0;
    for (int i = 0; i < SL_HEADERS && message->headers[i].name && !refused; i++)
        refused = sl_write(SL_HEADER, sl_of(message->headers[i].name), message->headers[i].value);
    if (!refused && message->path.size) refused = sl_write(SL_PATH, sl_absent, message->path);
    if (!refused && message->query.size) refused = sl_write(SL_QUERY, sl_absent, message->query);
    if (!refused && message->body.at) refused = sl_write(SL_TYPE, sl_absent, sl_of(message->type ? message->type : "text/plain"));
    if (!refused && message->body.at) refused = sl_write(SL_BODY, sl_absent, message->body);
    if (!refused) refused = sl_write(SL_METHOD, sl_absent, sl_of(message->method));
    if (!refused && message->to.size) refused = sl_write(SL_TO, sl_absent, message->to);
    return refused;
}

// Sends a ping and goes on; its token for `sl_wait`, or minus a code. 8 may be open at once.
SL_WHOLE int sl_ask(sl_message message) {
    int result = sl_write_message(&message);
    if (!result) result = sl_abi_ask(message.wait_ms);
    return result < 0 ? sl_drop(result) : result;
}

// Waits for the answer of a ping; several may be waited for in any order.
SL_WHOLE sl_pong sl_wait(int token) {
    if (token < 0) return (sl_pong){token, sl_absent, sl_absent};
    int status = sl_abi_wait(token);
    if (status < 0) return (sl_pong){status, sl_absent, sl_absent};
    return (sl_pong){status, sl_read(SL_PONG_TYPE, sl_absent), sl_read(SL_PONG_BODY, sl_absent)};
}

// A header of the answer that was waited for last; `starlane-code` is the word of one that the mesh itself made.
static inline sl_text sl_pong_header(const char *name) { return sl_read(SL_PONG_HEADER, sl_of(name)); }

static inline sl_pong sl_ping(sl_message message) { return sl_wait(sl_ask(message)); }

SL_WHOLE int sl_send_signal(sl_message message, int flags) {
    int refused = sl_write_message(&message);
    if (!refused) refused = sl_abi_signal(flags);
    return refused ? sl_drop(refused) : 0;
}

// Sends a signal once the wave has been handled.
static inline int sl_signal(sl_message message) { return sl_send_signal(message, 0); }
// The same to everybody who watches this mechtron. With the header `watch-key` it replaces an unread one of the same key.
static inline int sl_signal_watchers(sl_message message) { return sl_send_signal(message, 2); }

// ---- The exports: SL_MECHTRON(handle) with `int handle(void)`: 0 = handled, anything else undoes the wave. ------------

#define SL_EXPORT(name) __attribute__((export_name(#name), used)) int32_t name(void)

#define SL_BEGIN() (sl_end = (uintptr_t)&__heap_base)

// The handler, and what runs once for each instance before its first wave (config, files and state may be read there).
#define SL_MECHTRON_WITH_INIT(handle, init)               \
    SL_EXPORT(starlane_abi_1) { return 1; }               \
    SL_EXPORT(mechtron_init) { return SL_BEGIN(), init(); } \
    SL_EXPORT(mechtron_wave) { return SL_BEGIN(), handle(); }

static inline int sl_ready(void) { return 0; }

#define SL_MECHTRON(handle) SL_MECHTRON_WITH_INIT(handle, sl_ready)

// What turns the state that an earlier version of this mechtron wrote into this version's; 0 = done.
#define SL_MIGRATE(migrate) \
    SL_EXPORT(mechtron_migrate) { return SL_BEGIN(), migrate(); }

#endif
