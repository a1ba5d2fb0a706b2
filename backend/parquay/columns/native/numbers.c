/* Columns of numbers: a cell is read if it is the canonical text of its value, else the column fails. */

#include "cells.h"

#define MINUS '-'
#define POINT '.'
#define ZERO '0'

#define LONGEST_INTEGER 16
#define EXACT_INTEGER ((int64_t)1 << 53)
#define LONGEST_DECIMAL 18
#define SURE_DIGITS 15
#define MOST_DIGITS 17
#define MOST_PLACES 22
#define MOST_ZEROS 3
#define POINTS 0x2E2E2E2E2E2E2E2EULL
#define ONES 0x0101010101010101ULL
#define HIDDEN ((uint64_t)1 << 52)
#define EXPONENT_BIAS 1075
#define LARGE_SHIFT 56

enum { FRACTION, WHOLE, WITH_POINT };

/* Whole digits without a needless zero. */
static inline int canonical(const uint8_t *at, int64_t count) {
    return count >= 1 && (count == 1 || at[0] != ZERO);
}

static int integers(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    int64_t *values = column->values, low = column->low, high = column->high;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        if (!cell.size) {
            if (cell.quoted) return 0;
            values[row] = 0;
            set_null(column, row);
            continue;
        }
        const int minus = cell.at[0] == MINUS;
        const int64_t count = cell.size - minus;
        if (!canonical(cell.at + minus, count) || count > LONGEST_INTEGER) return 0;
        int64_t value = number_of(rows, cell.at + minus, count);
        if (value < minus || value > EXACT_INTEGER) return 0;
        value = minus ? -value : value;
        low = value < low ? value : low;
        high = value > high ? value : high;
        values[row] = value;
    }
    column->low = low;
    column->high = high;
    return 1;
}

static const int64_t TENS[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
    10000000000, 100000000000, 1000000000000, 10000000000000, 100000000000000, 1000000000000000,
    10000000000000000, 100000000000000000, 1000000000000000000};

static int decimals(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    int64_t *values = column->values, low = column->low, high = column->high;
    const int64_t scale = column->scale;
    int last_zero = column->last_zero;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        values[2 * row] = values[2 * row + 1] = 0;
        if (!cell.size) {
            if (cell.quoted) return 0;
            set_null(column, row);
            continue;
        }
        const int minus = cell.at[0] == MINUS;
        const uint8_t *digits = cell.at + minus;
        const int64_t count = cell.size - minus - 1 - scale;
        if (!canonical(digits, count) || count + scale > LONGEST_DECIMAL || digits[count] != POINT) return 0;
        const int64_t before = number_of(rows, digits, count), behind = number_of(rows, digits + count + 1, scale);
        if (before < 0 || behind < 0) return 0;
        int64_t value = before * TENS[scale] + behind;
        if (minus && !value) return 0;
        last_zero |= digits[count + scale] == ZERO;
        value = minus ? -value : value;
        low = value < low ? value : low;
        high = value > high ? value : high;
        values[2 * row] = value;
        values[2 * row + 1] = value >> 63;
    }
    column->low = low;
    column->high = high;
    column->last_zero = last_zero;
    return 1;
}

static const double POWERS[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static const double INVERSES[] = {1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13,
    1e-14, 1e-15, 1e-16, 1e-17, 1e-18, 1e-19, 1e-20, 1e-21, 1e-22};

static const uint64_t FIVES[] = {1, 5, 25, 125, 625, 3125, 15625, 78125, 390625, 1953125, 9765625, 48828125, 244140625,
    1220703125, 6103515625, 30517578125, 152587890625, 762939453125, 3814697265625, 19073486328125, 95367431640625,
    476837158203125, 2384185791015625};

/* The double whose shortest text has these digits, `places` of them behind the point, for 16 or 17 digits that do not
 * end with a zero. -1 when it has another shortest text or when that is not to be told this way.
 *
 * With m * 2**e for the double, `away` is how far digits / 10**places is from it, in units of which its neighbours are
 * `fives` = 5**places away and one of the last digit is 2**shift. A first guess is two neighbours away at most, so all of
 * this fits into 64 bits, and the bits above those need not be known. */
static double shortest(uint64_t digits, int places) {
    const int64_t fives = (int64_t)FIVES[places];
    uint64_t bits;
    double value = (double)digits * INVERSES[places];
    memcpy(&bits, &value, sizeof bits);
    const int shift = EXPONENT_BIAS - (int)(bits >> 52) - places;
    if (shift < 1) return -1;
    uint64_t significand = (bits & (HIDDEN - 1)) | HIDDEN;
    int64_t away = (int64_t)((shift < 64 ? digits << shift : 0) - significand * (uint64_t)fives);
    for (int i = 0; i < 2; i++) {
        const int64_t step = (2 * away > fives) - (2 * away < -fives);
        significand += (uint64_t)step;
        away -= step * fives;
    }
    /* It must read back as this double, whose neighbours are equally far on both sides. */
    if (2 * away >= fives || 2 * away <= -fives || significand <= HIDDEN || significand >= 2 * HIDDEN) return -1;
    /* No shorter text may, and no other of the same length may be as near. Of large units one is too far already. */
    if (shift < LARGE_SHIFT) {
        const int64_t last = (int64_t)(digits % 10), below = away - (last << shift), above = away + ((10 - last) << shift);
        if (2 * below >= -fives || 2 * above <= fives) return -1;
        if (2 * away >= (int64_t)1 << shift || 2 * away <= -((int64_t)1 << shift)) return -1;
    }
    bits = (bits & ~(HIDDEN - 1)) | (significand & (HIDDEN - 1));
    memcpy(&value, &bits, sizeof bits);
    return value;
}

/* How many bytes stand before the point; all of them when there is none. */
static inline int64_t point_in(const rows_t *rows, const uint8_t *at, int64_t size) {
    const uint64_t others = word_at(rows, at) ^ POINTS, found = (others - ONES) & ~others & HIGH_BITS;
    int64_t count = found ? __builtin_ctzll(found) / 8 : WORD;
    while (count < size && at[count] != POINT) count++;
    return count < size ? count : size;
}

/* The double that a text of digits and a point stands for, without its sign; -1 when it is not the shortest text of one
 * or when that is not to be told here. `style` gets whether it is a whole number, written as 3 or as 3.0. */
static inline double plain_double(const rows_t *rows, const uint8_t *at, int64_t size, int *style) {
    const int64_t count = point_in(rows, at, size);
    const int64_t places = size - count - 1;
    *style = FRACTION;
    if (!canonical(at, count) || count > SURE_DIGITS || places == 0 || places > MOST_PLACES) return -1;
    const int64_t before = number_of(rows, at, count);
    if (before < 0) return -1;
    if (places < 0 || (places == 1 && at[count + 1] == ZERO)) {
        *style = places < 0 ? WHOLE : WITH_POINT;
        return (double)before;
    }
    /* Zeros in front are no digits of the number. */
    int64_t zeros = 0;
    while (before == 0 && zeros < places && at[count + 1 + zeros] == ZERO) zeros++;
    const int64_t behind = places - zeros, significant = before ? count + places : behind;
    if (zeros > MOST_ZEROS || behind < 1 || significant > MOST_DIGITS || at[size - 1] == ZERO) return -1;
    const int64_t fraction = number_of(rows, at + count + 1 + zeros, behind);
    if (fraction < 0) return -1;
    const int64_t digits = before * TENS[behind] + fraction;
    return significant <= SURE_DIGITS ? (double)digits / POWERS[places] : shortest((uint64_t)digits, (int)places);
}

static int doubles(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    double *values = column->values;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        values[row] = 0;
        if (!cell.size) {
            if (cell.quoted) return 0;
            set_null(column, row);
            continue;
        }
        const int minus = cell.at[0] == MINUS;
        int style;
        const double value = plain_double(rows, cell.at + minus, cell.size - minus, &style);
        if (value < 0 || (minus && value == 0)) {
            if (column->unsure == MOST_UNSURE) return 0;
            column->unsure_rows[column->unsure++] = (int32_t)row;
            continue;
        }
        column->whole |= style == WHOLE;
        column->point |= style == WITH_POINT;
        values[row] = minus ? -value : value;
    }
    return !(column->whole && column->point);
}

/* Days from the first of 1970. */
static inline int32_t days_of(int32_t year, int32_t month, int32_t day) {
    /* A year that starts in March has its leap day at the end. */
    const int32_t of = year - (month <= 2), era = of / 400, within = of % 400;
    const int32_t days = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + within * 365 + within / 4 - within / 100 + days - 719468;
}

static int dates(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    static const uint8_t lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t *values = column->values;
    for (int64_t row = first; row < stop; row++) {
        const cell_t cell = cell_at(rows, row, column->index);
        const uint8_t *at = cell.at;
        if (!cell.size) {
            if (cell.quoted) return 0;
            values[row] = 0;
            set_null(column, row);
            continue;
        }
        if (cell.size != 10 || at[4] != MINUS || at[7] != MINUS) return 0;
        const uint8_t figures[WORD] = {at[0], at[1], at[2], at[3], at[5], at[6], at[8], at[9]};
        uint64_t word;
        memcpy(&word, figures, WORD);
        word ^= ZEROS;
        if (((word + 0x7676767676767676ULL) | word) & 0x8080808080808080ULL) return 0;
        const int32_t year = (at[0] - ZERO) * 1000 + (at[1] - ZERO) * 100 + (at[2] - ZERO) * 10 + at[3] - ZERO;
        const int32_t month = (at[5] - ZERO) * 10 + at[6] - ZERO, day = (at[8] - ZERO) * 10 + at[9] - ZERO;
        if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return 0;
        if (month == 2 && day == 29 && (year % 4 || (year % 100 == 0 && year % 400))) return 0;
        values[row] = days_of(year, month, day);
    }
    return 1;
}

extern int parquay_texts(const rows_t *rows, column_t *column, int64_t first, int64_t stop);
extern int parquay_words(const rows_t *rows, column_t *column, int64_t first, int64_t stop);

static int read_column(const rows_t *rows, column_t *column, int64_t first, int64_t stop) {
    switch (column->kind) {
        case INTEGERS: return integers(rows, column, first, stop);
        case DECIMALS: return decimals(rows, column, first, stop);
        case DOUBLES: return doubles(rows, column, first, stop);
        case DATES: return dates(rows, column, first, stop);
        case TEXTS: return parquay_texts(rows, column, first, stop);
        case WORDS: return parquay_words(rows, column, first, stop);
        default: return 0;
    }
}

/* So that the structure which the caller lays out by hand is known to be this one. */
const int64_t parquay_column_size = sizeof(column_t);

#define TOGETHER 1024

/* Read columns, a few rows at a time so that these stay near the core. */
void parquay_columns(const uint8_t *text, int64_t size, const uint32_t *ends, int64_t width, uint8_t quote,
                     int64_t count, column_t *columns, int64_t how_many) {
    const rows_t rows = {text, size, ends, width, quote};
    for (int64_t first = 0; first < count; first += TOGETHER) {
        const int64_t stop = first + TOGETHER < count ? first + TOGETHER : count;
        for (int64_t i = 0; i < how_many; i++)
            if (!columns[i].failed) columns[i].failed = !read_column(&rows, columns + i, first, stop);
    }
}
