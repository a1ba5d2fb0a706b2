/* Where quotes, fields and rows of a delimited text stand. Positions are bytes from its start. */

#include "masks.h"

/* Which sources this was compiled from. */
const uint32_t parquay_sources = SOURCES;

#define LF 10
#define CR 13

/* Check that each quote stands where one may: an odd one opens a field, an even one closes it; `doubled` allows a quote
 * right behind a closing one. Returns the first quote that does not, or -1. `row_end` gets the byte behind the last
 * `newline` outside quotes (0: there is none), `open` the last quote that opens if it is not closed, or -1. */
INLINE int64_t quotes_in(const uint8_t *text, int64_t size, uint8_t delimiter, uint8_t quote, uint8_t newline,
                         int32_t doubled, int64_t *row_end, int64_t *open, int level) {
    uint64_t inside = 0, may_open = 1, closing = 0, valid;
    uint8_t room[STRETCH];
    *row_end = 0;
    *open = -1;
    for (int64_t at = 0; at < size; at += STRETCH) {
        const uint8_t *bytes = stretch_at(text, at, size, room, &valid);
        const uint64_t quotes = equal_mask(bytes, quote, level) & valid;
        const uint64_t within = parity_up_to(quotes, level) ^ inside;
        if (quotes | closing) {
            uint64_t outside = equal_mask(bytes, LF, level) | equal_mask(bytes, CR, level);
            outside |= equal_mask(bytes, delimiter, level);
            if (doubled) outside |= quotes;
            const uint64_t opens = quotes & within, closes = quotes & ~within;
            const uint64_t bad_open = opens & ~(outside << 1 | may_open);
            const uint64_t behind = (closes << 1 | closing) & ~outside & valid;
            if (bad_open | behind) {
                const int64_t one = bad_open ? at + __builtin_ctzll(bad_open) : INT64_MAX;
                const int64_t other = behind ? at + __builtin_ctzll(behind) - 1 : INT64_MAX;
                return one < other ? one : other;
            }
            if (opens) *open = at + 63 - __builtin_clzll(opens);
            closing = closes >> 63;
            may_open = outside >> 63;
        } else {
            const uint8_t last = bytes[STRETCH - 1];
            may_open = last == LF || last == CR || last == delimiter;
        }
        const uint64_t ends = equal_mask(bytes, newline, level) & ~within & valid;
        if (ends) *row_end = at + 64 - __builtin_clzll(ends);
        inside = (uint64_t)((int64_t)within >> 63);
    }
    if (!inside) *open = -1;
    return -1;
}

/* Physical lines that end in a text: LF, CRLF and a CR alone each end one. */
INLINE int64_t lines_in(const uint8_t *text, int64_t size, int level) {
    int64_t lines = 0;
    uint64_t after_cr = 0, valid;
    uint8_t room[STRETCH];
    for (int64_t at = 0; at < size; at += STRETCH) {
        const uint8_t *bytes = stretch_at(text, at, size, room, &valid);
        const uint64_t feeds = equal_mask(bytes, LF, level), returns = equal_mask(bytes, CR, level);
        lines += __builtin_popcountll(feeds & ~(returns << 1 | after_cr)) + __builtin_popcountll(returns);
        after_cr = returns >> 63;
    }
    return lines;
}

/* Note where each field ends, row after row, in a text whose quotes are all in place and whose last byte ends a row.
 *
 * Returns the number of rows of `width` fields; -1 when a row has another width, is blank or ends with a CR alone; -2
 * when there are more than `most` ends. There must be room for 64 more. */
INLINE int64_t fields_in(const uint8_t *text, int64_t size, uint8_t delimiter, int32_t quote, int64_t width,
                         uint32_t *ends, int64_t most, int level) {
    int64_t count = 0, rows = 0;
    uint64_t inside = 0, after_cr = 0, valid;
    uint8_t room[STRETCH];
    if (!size || text[size - 1] != LF) return -1;
    for (int64_t at = 0; at < size; at += STRETCH) {
        const uint8_t *bytes = stretch_at(text, at, size, room, &valid);
        uint64_t within = inside;
        if (quote >= 0) {
            within ^= parity_up_to(equal_mask(bytes, (uint8_t)quote, level) & valid, level);
            inside = (uint64_t)((int64_t)within >> 63);
        }
        const uint64_t feeds = equal_mask(bytes, LF, level) & ~within;
        const uint64_t returns = equal_mask(bytes, CR, level) & ~within & valid;
        if ((returns << 1 | after_cr) & ~feeds) return -1;
        after_cr = returns >> 63;
        uint64_t found = feeds | (equal_mask(bytes, delimiter, level) & ~within & valid);
        const int fields = __builtin_popcountll(found);
        if (count + fields > most) return -2;
        rows += __builtin_popcountll(feeds);
        uint32_t *to = ends + count;
        for (int i = 0; i < fields; i += 4) {
            for (int j = 0; j < 4; j++) {
                to[i + j] = (uint32_t)at + (uint32_t)(found ? __builtin_ctzll(found) : 0);
                found &= found - 1;
            }
        }
        count += fields;
    }
    if (inside || count != rows * width) return -1;
    for (int64_t row = 1; row <= rows; row++)
        if (text[ends[row * width - 1]] != LF) return -1;
    return rows;
}

#define QUOTES_OF const uint8_t *text, int64_t size, uint8_t delimiter, uint8_t quote, uint8_t newline, int32_t doubled, \
                  int64_t *row_end, int64_t *open
#define QUOTES(level) quotes_in(text, size, delimiter, quote, newline, doubled, row_end, open, level)
#define LINES_OF const uint8_t *text, int64_t size
#define LINES(level) lines_in(text, size, level)
#define FIELDS_OF const uint8_t *text, int64_t size, uint8_t delimiter, int32_t quote, int64_t width, uint32_t *ends, \
                  int64_t most
#define FIELDS(level) fields_in(text, size, delimiter, quote, width, ends, most, level)

#if defined(__x86_64__)
static int able = PLAIN;

__attribute__((constructor)) static void look(void) {
    __builtin_cpu_init();
    const int some = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                     __builtin_cpu_supports("pclmul");
    able = some ? __builtin_cpu_supports("avx512bw") ? AVX512 : AVX2 : PLAIN;
}

FOR_AVX2 static int64_t quotes_avx2(QUOTES_OF) { return QUOTES(AVX2); }
FOR_AVX512 static int64_t quotes_avx512(QUOTES_OF) { return QUOTES(AVX512); }
FOR_AVX2 static int64_t lines_avx2(LINES_OF) { return LINES(AVX2); }
FOR_AVX512 static int64_t lines_avx512(LINES_OF) { return LINES(AVX512); }
FOR_AVX2 static int64_t fields_avx2(FIELDS_OF) { return FIELDS(AVX2); }
FOR_AVX512 static int64_t fields_avx512(FIELDS_OF) { return FIELDS(AVX512); }
#endif

/* See `quotes_in`, `lines_in`, `fields_in`. */
int64_t parquay_quotes(QUOTES_OF) {
#if defined(__x86_64__)
    if (able == AVX512) return quotes_avx512(text, size, delimiter, quote, newline, doubled, row_end, open);
    if (able == AVX2) return quotes_avx2(text, size, delimiter, quote, newline, doubled, row_end, open);
#endif
    return QUOTES(PLAIN);
}

int64_t parquay_lines(LINES_OF) {
#if defined(__x86_64__)
    if (able == AVX512) return lines_avx512(text, size);
    if (able == AVX2) return lines_avx2(text, size);
#endif
    return LINES(PLAIN);
}

int64_t parquay_fields(FIELDS_OF) {
#if defined(__x86_64__)
    if (able == AVX512) return fields_avx512(text, size, delimiter, quote, width, ends, most);
    if (able == AVX2) return fields_avx2(text, size, delimiter, quote, width, ends, most);
#endif
    return FIELDS(PLAIN);
}
