/* Bytes 64 at a time: bit i of a mask says something about byte i. */

#ifndef PARQUAY_MASKS_H
#define PARQUAY_MASKS_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define STRETCH 64

/* Where `byte` stands among 64 bytes. */
static inline uint64_t equal_mask(const uint8_t *at, uint8_t byte) {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)byte);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const __m128i found = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(at + 16 * i)), wanted);
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * i);
    }
    return mask;
#elif defined(__aarch64__)
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vld1q_u8(weights), wanted = vdupq_n_u8(byte);
    uint64_t mask = 0;
    for (int i = 0; i < 4; i++) {
        const uint8x16_t found = vandq_u8(vceqq_u8(vld1q_u8(at + 16 * i), wanted), bits);
        mask |= (uint64_t)vaddv_u8(vget_low_u8(found)) << (16 * i);
        mask |= (uint64_t)vaddv_u8(vget_high_u8(found)) << (16 * i + 8);
    }
    return mask;
#else
    uint64_t mask = 0;
    for (int i = 0; i < STRETCH; i++) mask |= (uint64_t)(at[i] == byte) << i;
    return mask;
#endif
}

/* Bit i is the parity of the bits up to and with i. */
static inline uint64_t parity_up_to(uint64_t bits) {
    for (int by = 1; by < STRETCH; by *= 2) bits ^= bits << by;
    return bits;
}

/* The next 64 bytes; behind the end of the text stand bytes that mean nothing, and `valid` says which do. */
static inline const uint8_t *stretch_at(const uint8_t *text, int64_t at, int64_t size, uint8_t *room, uint64_t *valid) {
    *valid = ~(uint64_t)0;
    if (size - at >= STRETCH) return text + at;
    memset(room, 0, STRETCH);
    memcpy(room, text + at, (size_t)(size - at));
    *valid = (((uint64_t)1) << (size - at)) - 1;
    return room;
}

#endif
