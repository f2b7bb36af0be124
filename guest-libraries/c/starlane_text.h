// Texts, the memory they lie in, and how they are built: a part of starlane.h.
#ifndef STARLANE_TEXT_H
#define STARLANE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A function that is not written out at every place that calls it: modules stay small, and a trap names it.
#define SL_WHOLE static __attribute__((noinline, unused))

// ---- Texts: bytes and how many. An absent one has no address. ------------------------------------------------------

typedef struct {
    const char *at;
    uint32_t size;
} sl_text;

// A text literal: SL("count")
#define SL(literal) ((sl_text){(literal), sizeof(literal) - 1})

static const sl_text sl_absent = {NULL, 0};

static inline bool sl_is_absent(sl_text text) { return text.at == NULL; }

// A text that ends with a zero byte.
SL_WHOLE sl_text sl_of(const char *text) {
    uint32_t size = 0;
    if (text) while (text[size]) size++;
    return (sl_text){text, size};
}

SL_WHOLE bool sl_same(sl_text one, sl_text other) {
    if (one.size != other.size) return false;
    for (uint32_t i = 0; i < one.size; i++) if (one.at[i] != other.at[i]) return false;
    return true;
}

// Whether a text says this: sl_says(sl_method(), "Ext<Greet>")
static inline bool sl_says(sl_text text, const char *literal) { return sl_same(text, sl_of(literal)); }

SL_WHOLE bool sl_begins(sl_text text, sl_text with) {
    return text.size >= with.size && sl_same((sl_text){text.at, with.size}, with);
}

// What stands before the first `mark`, which leaves `rest` with what stands behind it; all of it when there is none.
SL_WHOLE sl_text sl_cut(sl_text *rest, char mark) {
    for (uint32_t i = 0; i < rest->size; i++) {
        if (rest->at[i] != mark) continue;
        sl_text first = {rest->at, i};
        *rest = (sl_text){rest->at + i + 1, rest->size - i - 1};
        return first;
    }
    sl_text all = *rest;
    *rest = (sl_text){all.at + all.size, 0};
    return all;
}

// The number that a text of decimal digits says; `otherwise` when it is anything else or over 2^63 - 1.
SL_WHOLE int64_t sl_number(sl_text text, int64_t otherwise) {
    bool minus = text.size > 1 && text.at[0] == '-';
    int64_t number = 0;
    if (text.size == 0) return otherwise;
    for (uint32_t i = minus; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return otherwise;
        int64_t digit = text.at[i] - '0';
        if (number > (INT64_MAX - digit) / 10) return otherwise;
        number = number * 10 + digit;
    }
    return minus ? -number : number;
}

// ---- Memory: what a wave allocates lies behind the data, one piece after the other. ---------------------------------

// Set by the linker; only its address means something.
extern unsigned char __heap_base;

static uintptr_t sl_end;

enum { SL_PAGE = 65536 };

// Room for so many bytes, behind what is taken; it is not taken yet. Traps when the memory may not grow any more.
SL_WHOLE char *sl_room(uint32_t size) {
    uintptr_t room = __builtin_wasm_memory_size(0) * (uintptr_t)SL_PAGE;
    if (size > room - sl_end) {
        uintptr_t missing = (size - (room - sl_end) + SL_PAGE - 1) / SL_PAGE;
        if (__builtin_wasm_memory_grow(0, missing) == (size_t)-1) __builtin_trap();
    }
    return (char *)sl_end;
}

// So many bytes that are yours until the wave ends.
SL_WHOLE char *sl_take(uint32_t size) {
    sl_end = (sl_end + 7) & ~(uintptr_t)7;
    char *at = sl_room(size);
    sl_end += size;
    return at;
}

// ---- Building texts: sl_builder page = {0}; sl_add(&page, "<h1>"); … sl_text done = sl_built(&page); -----------------

typedef struct {
    char *at;
    uint32_t size, room;
} sl_builder;

// Room for so many bytes more; in place when nothing was allocated behind the text.
SL_WHOLE char *sl_more(sl_builder *text, uint32_t size) {
    uint32_t needed = text->size + size;
    if (needed < size) __builtin_trap();
    if (needed > text->room) {
        if (text->at && (uintptr_t)text->at + text->room == sl_end) {
            sl_room(needed - text->room);
            sl_end += needed - text->room;
            text->room = needed;
        } else {
            uint32_t room = needed < 64 ? 64 : needed + needed / 2;
            char *at = sl_take(room);
            if (text->size) __builtin_memcpy(at, text->at, text->size);
            text->at = at;
            text->room = room;
        }
    }
    char *at = text->at + text->size;
    text->size = needed;
    return at;
}

SL_WHOLE void sl_add_text(sl_builder *text, sl_text more) {
    char *at = sl_more(text, more.size);
    if (more.size) __builtin_memcpy(at, more.at, more.size);
}

static inline void sl_add(sl_builder *text, const char *literal) { sl_add_text(text, sl_of(literal)); }

static inline void sl_add_byte(sl_builder *text, char byte) { *sl_more(text, 1) = byte; }

SL_WHOLE void sl_add_number(sl_builder *text, int64_t number) {
    char digits[20];
    uint32_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do digits[--at] = (char)('0' + rest % 10); while (rest /= 10);
    if (number < 0) digits[--at] = '-';
    sl_add_text(text, (sl_text){digits + at, sizeof digits - at});
}

// The text with & < > " ' replaced, so that it is only ever text, in an element and in a quoted attribute.
SL_WHOLE void sl_add_html(sl_builder *page, sl_text text) {
    for (uint32_t i = 0; i < text.size; i++) {
        switch (text.at[i]) {
        case '&': sl_add(page, "&amp;"); break;
        case '<': sl_add(page, "&lt;"); break;
        case '>': sl_add(page, "&gt;"); break;
        case '"': sl_add(page, "&quot;"); break;
        case '\'': sl_add(page, "&#39;"); break;
        default: sl_add_byte(page, text.at[i]);
        }
    }
}

// The text as JSON, with its quotes.
SL_WHOLE void sl_add_json(sl_builder *json, sl_text text) {
    static const char digits[] = "0123456789abcdef";
    sl_add_byte(json, '"');
    for (uint32_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        if (byte < 0x20) {
            sl_add(json, "\\u00");
            sl_add_byte(json, digits[byte >> 4]);
            sl_add_byte(json, digits[byte & 15]);
        } else {
            if (byte == '"' || byte == '\\') sl_add_byte(json, '\\');
            sl_add_byte(json, (char)byte);
        }
    }
    sl_add_byte(json, '"');
}

SL_WHOLE sl_text sl_built(sl_builder *text) {
    return (sl_text){text->at ? text->at : "", text->size};
}

#endif
