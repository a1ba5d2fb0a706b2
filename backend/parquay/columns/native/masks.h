/* Bytes 64 at a time: bit i of a mask says something about byte i. */

#ifndef PARQUAY_MASKS_H
#define PARQUAY_MASKS_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define STRETCH 64

/* What the processor can do, told when the library is loaded. A function that looks at masks is compiled for each. */
enum { PLAIN, AVX2, AVX512 };

#define INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define FOR_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#define FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx2,bmi,bmi2,popcnt,pclmul")))

FOR_AVX2 static inline uint64_t equal_mask_avx2(const uint8_t *at, uint8_t byte) {
    const __m256i wanted = _mm256_set1_epi8((char)byte);
    const __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)at), wanted);
    const __m256i high = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(at + 32)), wanted);
    return (uint64_t)(uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

FOR_AVX512 static inline uint64_t equal_mask_avx512(const uint8_t *at, uint8_t byte) {
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(at), _mm512_set1_epi8((char)byte));
}

__attribute__((target("pclmul"))) static inline uint64_t parity_by_product(uint64_t bits) {
    return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}
#endif

/* Where `byte` stands among 64 bytes. */
INLINE uint64_t equal_mask(const uint8_t *at, uint8_t byte, int level) {
    uint64_t mask = 0;
#if defined(__x86_64__)
    if (level == AVX512) return equal_mask_avx512(at, byte);
    if (level == AVX2) return equal_mask_avx2(at, byte);
    const __m128i wanted = _mm_set1_epi8((char)byte);
    for (int i = 0; i < 4; i++) {
        const __m128i found = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(at + 16 * i)), wanted);
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (16 * i);
    }
#elif defined(__aarch64__)
    (void)level;
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vld1q_u8(weights), wanted = vdupq_n_u8(byte);
    for (int i = 0; i < 4; i++) {
        const uint8x16_t found = vandq_u8(vceqq_u8(vld1q_u8(at + 16 * i), wanted), bits);
        mask |= (uint64_t)vaddv_u8(vget_low_u8(found)) << (16 * i);
        mask |= (uint64_t)vaddv_u8(vget_high_u8(found)) << (16 * i + 8);
    }
#else
    (void)level;
    for (int i = 0; i < STRETCH; i++) mask |= (uint64_t)(at[i] == byte) << i;
#endif
    return mask;
}

/* Bit i is the parity of the bits up to and with i. */
INLINE uint64_t parity_up_to(uint64_t bits, int level) {
#if defined(__x86_64__)
    if (level != PLAIN) return parity_by_product(bits);
#endif
    (void)level;
    for (int by = 1; by < STRETCH; by *= 2) bits ^= bits << by;
    return bits;
}

/* The next 64 bytes; behind the end of the text stand bytes that mean nothing, and `valid` says which do. */
INLINE const uint8_t *stretch_at(const uint8_t *text, int64_t at, int64_t size, uint8_t *room, uint64_t *valid) {
    *valid = ~(uint64_t)0;
    if (size - at >= STRETCH) return text + at;
    memset(room, 0, STRETCH);
    memcpy(room, text + at, (size_t)(size - at));
    *valid = (((uint64_t)1) << (size - at)) - 1;
    return room;
}

#endif
