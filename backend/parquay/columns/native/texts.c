/* Columns of texts: their bytes without quotes, end to end, or each different one once. */

#include <stdlib.h>

#include "cells.h"

/* Copy a cell without its quotes, a doubled one once; returns the bytes. */
static inline int64_t unquoted(const cell_t *cell, uint8_t quote, uint8_t *to) {
    const uint8_t *from = cell->at, *stop = cell->at + cell->size;
    uint8_t *at = to;
    while (from < stop) {
        const uint8_t *found = memchr(from, quote, (size_t)(stop - from));
        const int64_t count = (found ? found + 1 : stop) - from;
        memcpy(at, from, (size_t)count);
        at += count;
        from += count + (found != NULL);
    }
    return at - to;
}

/* Bytes that the texts of a column can have at most. */
int64_t parquay_text_size(const uint32_t *ends, int64_t width, int64_t count, int64_t index) {
    int64_t size = 0;
    for (int64_t row = 0; row < count; row++) {
        const int64_t place = row * width + index;
        size += (int64_t)ends[place] - (place ? (int64_t)ends[place - 1] + 1 : 0);
    }
    return size;
}

#define NEAR 16

int parquay_texts(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    uint8_t *to = (uint8_t *)column->values + column->filled;
    const uint8_t *last = rows->text + rows->size - NEAR;
    int32_t *offsets = column->offsets;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        offsets[row] = (int32_t)(to - (uint8_t *)column->values);
        if (cell.quoted) {
            to += unquoted(&cell, rows->quote, to);
        } else if (!cell.size) {
            set_null(column, row);
        } else if (cell.size <= NEAR && cell.at <= last) {
            memcpy(to, cell.at, NEAR); /* there is room behind the last text */
            to += cell.size;
        } else {
            memcpy(to, cell.at, (size_t)cell.size);
            to += cell.size;
        }
    }
    column->filled = to - (uint8_t *)column->values;
    offsets[stop] = (int32_t)column->filled;
    return 1;
}

#define SLOTS 1024
#define LONGEST_WORD 256

/* Words are found again by what they start with, how they end and how long they are. */
static inline uint64_t key_of(const rows_t *rows, const cell_t *cell) {
    uint64_t head = word_at(rows, cell->at), tail = 0;
    if (cell->size < WORD) head &= (((uint64_t)1) << (8 * cell->size)) - 1;
    else memcpy(&tail, cell->at + cell->size - WORD, WORD);
    return (head ^ (tail << 1) ^ (uint64_t)cell->size) * 0x9E3779B97F4A7C15ULL;
}

/* `codes` has room for a table of `SLOTS` behind the rows' own; -1 marks a free slot. */
int parquay_words(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    uint8_t *bytes = column->values;
    int32_t *offsets = column->offsets, *codes = column->codes, *slots = codes + column->high;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        codes[row] = 0;
        if (!cell.size && !cell.quoted) {
            set_null(column, row);
            continue;
        }
        if (cell.size > LONGEST_WORD || (cell.quoted && memchr(cell.at, rows->quote, (size_t)cell.size))) return 0;
        uint64_t slot = key_of(rows, &cell) >> 54;
        for (; slots[slot] >= 0; slot = (slot + 1) % SLOTS) {
            const int32_t at = offsets[slots[slot]];
            if (offsets[slots[slot] + 1] - at == cell.size && !memcmp(bytes + at, cell.at, (size_t)cell.size)) break;
        }
        if (slots[slot] < 0) {
            if (column->count == column->most) return 0;
            memcpy(bytes + column->filled, cell.at, (size_t)cell.size);
            column->filled += cell.size;
            slots[slot] = (int32_t)column->count++;
            offsets[column->count] = (int32_t)column->filled;
        }
        codes[row] = slots[slot];
    }
    return 1;
}

#define TOGETHER 256

/* Whether so many bytes are ASCII, all of them. */
static inline int ascii(const uint8_t *text) {
    uint64_t all = 0;
    for (int i = 0; i < TOGETHER; i += WORD) {
        uint64_t word;
        memcpy(&word, text + i, WORD);
        all |= word;
    }
    return !(all & HIGH_BITS);
}

/* Whether a text is UTF-8: no overlong form, no surrogate, nothing beyond U+10FFFF. */
int32_t parquay_utf8(const uint8_t *text, int64_t size) {
    int64_t at = 0;
    while (at < size) {
        uint64_t word = 0;
        while (size - at >= WORD && (memcpy(&word, text + at, WORD), !(word & HIGH_BITS))) {
            at += WORD;
            while (size - at >= TOGETHER && ascii(text + at)) at += TOGETHER;
        }
        if (at == size) break;
        const uint8_t lead = text[at++];
        if (lead < 0x80) continue;
        const int more = lead >= 0xC2 && lead <= 0xDF ? 1 : (lead & 0xF0) == 0xE0 ? 2 : lead >= 0xF0 && lead <= 0xF4 ? 3 : 0;
        if (!more || size - at < more) return 0;
        const uint8_t next = text[at];
        if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F) || (lead == 0xF0 && next < 0x90) ||
            (lead == 0xF4 && next > 0x8F))
            return 0;
        for (int i = 0; i < more; i++)
            if ((text[at + i] & 0xC0) != 0x80) return 0;
        at += more;
    }
    return 1;
}
