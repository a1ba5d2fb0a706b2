/* Pages of texts as DELTA_LENGTH_BYTE_ARRAY has them: the lengths, packed, then the bytes; nulls are left out. */

#include "cells.h"

static inline int is_valid(const uint8_t *validity, int64_t row) {
    return !validity || (validity[row >> 3] >> (row & 7) & 1);
}

typedef struct {
    const uint8_t *at;
    int64_t size, row;
    uint64_t head;
} text_t;

/* The first bytes of a text as a number that is ordered as they are; `WORD` bytes can be read there. */
static inline uint64_t head_of(const uint8_t *at, int64_t size) {
    uint64_t word;
    memcpy(&word, at, WORD);
    word = __builtin_bswap64(word);
    if (size >= WORD) return word;
    return size ? word >> (64 - 8 * size) << (64 - 8 * size) : 0;
}

/* Whether a text comes before another in the order of their bytes. */
static inline int before(const text_t *one, const text_t *other) {
    if (one->head != other->head) return one->head < other->head;
    const int64_t common = one->size < other->size ? one->size : other->size;
    const int order = memcmp(one->at, other->at, (size_t)common);
    return order ? order < 0 : one->size < other->size;
}

#define BLOCK 128 /* differences in a block */
#define MINI 32   /* of which so many are packed with one number of bits */

static uint8_t *varint(uint8_t *to, uint64_t value) {
    for (; value > 127; value >>= 7) *to++ = (uint8_t)(value | 128);
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *zigzag(uint8_t *to, int64_t value) { return varint(to, (uint64_t)value << 1 ^ (uint64_t)(value >> 63)); }

/* Append `MINI` numbers of `width` bits each, up to 32, lowest bit first. */
static uint8_t *packed(uint8_t *to, const uint32_t *numbers, int width) {
    uint64_t bits = 0;
    int held = 0;
    for (int i = 0; i < MINI; i++) {
        bits |= (uint64_t)numbers[i] << held;
        for (held += width; held >= 8; held -= 8, bits >>= 8) *to++ = (uint8_t)bits;
    }
    return to;
}

/* Append the block of up to `BLOCK` differences between `count + 1` lengths. */
static uint8_t *block(uint8_t *to, const int32_t *lengths, int64_t count) {
    uint32_t rest[BLOCK] = {0};
    int64_t least = INT64_MAX;
    for (int64_t i = 0; i < count; i++) {
        const int64_t difference = (int64_t)lengths[i + 1] - lengths[i];
        if (difference < least) least = difference;
    }
    for (int64_t i = 0; i < count; i++) rest[i] = (uint32_t)((int64_t)lengths[i + 1] - lengths[i] - least);
    to = zigzag(to, least);
    uint8_t *widths = to;
    to += BLOCK / MINI;
    for (int i = 0; i < BLOCK / MINI; i++) {
        uint32_t all = 0;
        for (int j = 0; j < MINI; j++) all |= rest[i * MINI + j];
        widths[i] = all ? (uint8_t)(32 - __builtin_clz(all)) : 0;
        to = packed(to, rest + i * MINI, widths[i]);
    }
    return to;
}

/* Append lengths as DELTA_BINARY_PACKED has them. */
static uint8_t *differences(uint8_t *to, const int32_t *lengths, int64_t count) {
    to = varint(varint(varint(to, BLOCK), BLOCK / MINI), (uint64_t)count);
    to = zigzag(to, count ? lengths[0] : 0);
    for (int64_t at = 1; at < count; at += BLOCK) to = block(to, lengths + at - 1, count - at < BLOCK ? count - at : BLOCK);
    return to;
}

/* Lay out the rows from `first` to `stop`; `validity` has a bit for each row, or is NULL. `lengths` has room for a number a
 * row; `to` for the texts, 5 bytes for each, and 256 more. The rows of the least and the greatest text go to
 * `extremes`, -1 if there is none. Returns the bytes. */
int64_t parquay_page(const uint8_t *values, const int32_t *offsets, const uint8_t *validity, int64_t first, int64_t stop,
                     int32_t *lengths, uint8_t *to, int64_t *extremes) {
    text_t least = {NULL, 0, -1, 0}, greatest = {NULL, 0, -1, 0};
    int64_t count = 0;
    for (int64_t row = first; row < stop; row++)
        if (is_valid(validity, row)) lengths[count++] = offsets[row + 1] - offsets[row];
    uint8_t *at = differences(to, lengths, count);
    for (int64_t row = first; row < stop; row++) {
        if (!is_valid(validity, row)) continue;
        const int32_t size = offsets[row + 1] - offsets[row];
        if (size) memcpy(at, values + offsets[row], (size_t)size);
        const text_t text = {at, size, row, head_of(at, size)};
        if (!least.at || before(&text, &least)) least = text;
        if (!greatest.at || before(&greatest, &text)) greatest = text;
        at += size;
    }
    extremes[0] = least.row;
    extremes[1] = greatest.row;
    return at - to;
}
