/* The cells of one column, found by the ends of all fields of a text. */

#ifndef PARQUAY_CELLS_H
#define PARQUAY_CELLS_H

#include <stdint.h>
#include <string.h>

#define CR 13
#define WORD 8
#define ZEROS 0x3030303030303030ULL
#define HIGH_BITS 0x8080808080808080ULL

enum { INTEGERS = 1, DECIMALS = 2, DOUBLES = 3, DATES = 4, TEXTS = 5, WORDS = 6 };

/* What a column is read as, and what was found. The same fields stand in `columns/native.py`. */
typedef struct {
    int32_t kind;
    int32_t scale;     /* of decimals: digits behind the point */
    int64_t index;     /* of the column among the fields of a row */
    void *values;      /* of texts: their bytes; of words: the bytes of those that differ */
    int32_t *offsets;  /* of texts and words */
    int32_t *codes;    /* of words: which word each cell is */
    uint8_t *validity; /* one bit a row, all set at first */
    int64_t most;      /* of words: how many may differ; their bytes fit into 256 times as many */
    int64_t nulls;
    int64_t low, high; /* of integers and of the digits of decimals */
    int64_t filled;    /* of texts and words: bytes */
    int64_t count;     /* of words: how many there are */
    int32_t whole, point, last_zero; /* whether a double is written as 3 or as 3.0, a decimal ends with 0 */
    int32_t unsure;    /* of doubles: how many cells are left to the caller, and which rows they are in */
    int32_t *unsure_rows;
    int32_t failed;    /* whether a cell is no canonical text of this kind, or that is not told here */
} column_t;

#define MOST_UNSURE 1024

typedef struct {
    const uint8_t *text;
    int64_t size;
    const uint32_t *ends;
    int64_t width;
    uint8_t quote; /* 0: none */
} rows_t;

typedef struct {
    const uint8_t *at;
    int64_t size;
    int quoted;
} cell_t;

static inline cell_t cell_at(const rows_t *rows, int64_t row, int64_t index) {
    const int64_t place = row * rows->width + index;
    const int64_t start = place ? (int64_t)rows->ends[place - 1] + 1 : 0;
    cell_t cell = {rows->text + start, (int64_t)rows->ends[place] - start, 0};
    if (index == rows->width - 1 && cell.size && cell.at[cell.size - 1] == CR) cell.size--;
    if (rows->quote && cell.size && cell.at[0] == rows->quote) {
        cell.at++;
        cell.size -= 2;
        cell.quoted = 1;
    }
    return cell;
}

/* Eight bytes, as many of them as the text still has. */
static inline uint64_t word_at(const rows_t *rows, const uint8_t *at) {
    uint64_t word = 0;
    const int64_t left = rows->text + rows->size - at;
    if (left >= WORD) memcpy(&word, at, WORD);
    else memcpy(&word, at, (size_t)left);
    return word;
}

static inline void set_null(column_t *column, int64_t row) {
    column->validity[row >> 3] &= (uint8_t)~(1u << (row & 7));
    column->nulls++;
}

/* The number that 1 to 8 digits make; -1 if they are no digits. */
static inline int64_t eight_digits(const rows_t *rows, const uint8_t *at, int64_t count) {
    uint64_t digits = (word_at(rows, at) ^ ZEROS) << (64 - 8 * count);
    if (((digits + 0x7676767676767676ULL) | digits) & 0x8080808080808080ULL) return -1;
    digits = digits * 10 + (digits >> 8);
    return (int64_t)(((digits & 0x000000FF000000FFULL) * 0x000F424000000064ULL +
                      ((digits >> 16) & 0x000000FF000000FFULL) * 0x0000271000000001ULL) >> 32);
}

/* The number that 1 to 18 digits make; -1 if they are no digits. */
static inline int64_t number_of(const rows_t *rows, const uint8_t *at, int64_t count) {
    if (count <= WORD) return eight_digits(rows, at, count);
    const int64_t low = eight_digits(rows, at + count - WORD, WORD);
    const int64_t rest = count - WORD;
    if (rest <= WORD) {
        const int64_t high = eight_digits(rows, at, rest);
        return low < 0 || high < 0 ? -1 : high * 100000000 + low;
    }
    const int64_t middle = eight_digits(rows, at + rest - WORD, WORD), high = eight_digits(rows, at, rest - WORD);
    return low < 0 || middle < 0 || high < 0 ? -1 : (high * 100000000 + middle) * 100000000 + low;
}

#endif
