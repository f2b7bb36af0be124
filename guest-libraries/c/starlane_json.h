// Reading JSON: a part of starlane.h. Writing it is `sl_add_json`.
#ifndef STARLANE_JSON_H
#define STARLANE_JSON_H

#include "starlane_text.h"

// ---- JSON: fields out of an object. Nothing recurses, so no input is too deep. ---------------------------------------

SL_WHOLE bool sl_json_byte(sl_text *input, unsigned char *byte) {
    if (input->size == 0) return false;
    *byte = (unsigned char)*input->at++;
    input->size--;
    return true;
}

static inline bool sl_json_is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

// The next byte that is not white space.
SL_WHOLE bool sl_json_token(sl_text *input, unsigned char *byte) {
    do if (!sl_json_byte(input, byte)) return false;
    while (sl_json_is_space((char)*byte));
    return true;
}

SL_WHOLE bool sl_json_expect(sl_text *input, unsigned char wanted) {
    unsigned char byte;
    return sl_json_token(input, &byte) && byte == wanted;
}

SL_WHOLE bool sl_json_hexadecimal(sl_text *input, uint32_t *number) {
    *number = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char byte;
        if (!sl_json_byte(input, &byte)) return false;
        uint32_t digit = byte >= '0' && byte <= '9' ? byte - '0' : (byte | 32) >= 'a' && (byte | 32) <= 'f' ? (byte | 32) - 'a' + 10u : 16;
        if (digit == 16) return false;
        *number = *number * 16 + digit;
    }
    return true;
}

// Four hexadecimal digits, or eight when the first four are half of a pair, as UTF-8.
SL_WHOLE bool sl_json_unicode(sl_text *input, sl_builder *text) {
    uint32_t letter, low;
    unsigned char byte;
    if (!sl_json_hexadecimal(input, &letter)) return false;
    if (letter >= 0xdc00 && letter < 0xe000) return false;
    if (letter >= 0xd800 && letter < 0xdc00) {
        if (!sl_json_byte(input, &byte) || byte != '\\' || !sl_json_byte(input, &byte) || byte != 'u') return false;
        if (!sl_json_hexadecimal(input, &low) || low < 0xdc00 || low >= 0xe000) return false;
        letter = 0x10000 + ((letter - 0xd800) << 10) + (low - 0xdc00);
    }
    if (letter < 0x80) {
        sl_add_byte(text, (char)letter);
        return true;
    }
    int more = letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
    sl_add_byte(text, (char)((0xf0 << (3 - more)) | (letter >> (6 * more))));
    while (more--) sl_add_byte(text, (char)(0x80 | ((letter >> (6 * more)) & 0x3f)));
    return true;
}

SL_WHOLE bool sl_json_escaped(sl_text *input, sl_builder *text) {
    static const char names[] = "bfnrt\"\\/", bytes[] = "\b\f\n\r\t\"\\/";
    unsigned char byte;
    if (!sl_json_byte(input, &byte)) return false;
    if (byte == 'u') return sl_json_unicode(input, text);
    for (int i = 0; names[i]; i++) {
        if ((unsigned char)names[i] != byte) continue;
        sl_add_byte(text, bytes[i]);
        return true;
    }
    return false;
}

// What follows the opening quote of a string, decoded.
SL_WHOLE bool sl_json_rest(sl_text *input, sl_builder *text) {
    unsigned char byte;
    while (sl_json_byte(input, &byte)) {
        if (byte == '"') return true;
        if (byte < 0x20) return false;
        if (byte != '\\') sl_add_byte(text, (char)byte);
        else if (!sl_json_escaped(input, text)) return false;
    }
    return false;
}

// Passes over a value, up to the comma or the bracket that follows it.
SL_WHOLE bool sl_json_skip(sl_text *input) {
    uint32_t depth = 0;
    for (;;) {
        sl_text before = *input;
        unsigned char byte;
        if (!sl_json_token(input, &byte)) return false;
        if (byte == '"') {
            sl_builder skipped = {0};
            if (!sl_json_rest(input, &skipped)) return false;
        } else if (byte == '{' || byte == '[') {
            depth++;
        } else if (byte == '}' || byte == ']' || byte == ',') {
            if (depth == 0) {
                *input = before;
                return true;
            }
            if (byte != ',') depth--;
        }
    }
}

// Moves to the value of `name` in a JSON object.
SL_WHOLE bool sl_json_find(sl_text *input, sl_text name) {
    if (!sl_json_expect(input, '{')) return false;
    for (;;) {
        sl_builder key = {0};
        if (!sl_json_expect(input, '"') || !sl_json_rest(input, &key) || !sl_json_expect(input, ':')) return false;
        if (sl_same(sl_built(&key), name)) return true;
        if (!sl_json_skip(input) || !sl_json_expect(input, ',')) return false;
    }
}

// The text under `name` in a JSON object; absent when it is not there, is no text, or what stands before it is not JSON.
SL_WHOLE sl_text sl_json_text(sl_text object, const char *name) {
    sl_builder text = {0};
    if (!sl_json_find(&object, sl_of(name)) || !sl_json_expect(&object, '"') || !sl_json_rest(&object, &text)) return sl_absent;
    return sl_built(&text);
}

// Any value under a name (not of a literal only) as it stands there: a number for `sl_number`, an object to look into.
SL_WHOLE sl_text sl_json_value_at(sl_text object, sl_text name) {
    if (!sl_json_find(&object, name)) return sl_absent;
    while (object.size && sl_json_is_space(*object.at)) {
        object.at++;
        object.size--;
    }
    sl_text rest = object;
    if (!sl_json_skip(&rest)) return sl_absent;
    uint32_t size = (uint32_t)(rest.at - object.at);
    while (size && sl_json_is_space(object.at[size - 1])) size--;
    return (sl_text){object.at, size};
}

// The same for a literal name.
static inline sl_text sl_json_value(sl_text object, const char *name) { return sl_json_value_at(object, sl_of(name)); }

#endif
