// Poseidon of ARITY elements, a preimage a work item, by the recurrence of PoseidonRecurrence. What is named in capitals is written in front
// of this text when it is built; tables hold the constants, of which the offsets are in words.
//
// GROUP     work items of a group
// WIDTH     elements of the state
// PAST      WIDTH - 1, the elements of the past that the feedback reaches
// PARTIAL   partial rounds
// *_PASSES  a pass for each limb of the factors of a sum: PASS(limb, first factor that has it)
// *_STEPS   the steps that bring the sum back: STEP(first limb changed, limb and bit of the window from there, table of the multiple)
// UNROLL_*  how loops over elements are unrolled: wholly where registers are many, so that the past is held in them; else not

// Adds the elements of a sum times one limb of each factor. The carries of all rows meet in the limb behind and the one after it.
#define SUM_PASS(sum, limb, first, count, elements, factors)                                  \
    {                                                                                         \
        ulong top = 0;                                                                        \
        UNROLL_ELEMENTS                                                              \
        for (uint k = (first); k < (count); k++)                                              \
        {                                                                                     \
            top += add_row((sum) + (limb), (elements) + k * LIMBS, (factors)[k]);             \
        }                                                                                     \
        top += (sum)[(limb) + LIMBS];                                                         \
        (sum)[(limb) + LIMBS] = (uint)top;                                                    \
        (sum)[(limb) + LIMBS + 1] = (uint)(top >> 32);                                        \
    }

// One row of a full round's matrix: (sum of powers times factors of at most 44 bits) / 2^64 + addend, below 1.0001 r: what the sum divided
// is above a multiple of r is below 2^-14 r.
static inline void mix_row(uint *result, const uint *powers, table_t factors, table_t addend)
{
    uint sum[LIMBS + 3];
    clear(sum, LIMBS + 3);
#define PASS(limb, first) SUM_PASS(sum, limb, first, WIDTH, powers, factors + (limb) * MIX_FACTORS)
    MIX_PASSES
#undef PASS
    ulong carry = (ulong)sum[LIMBS] + reduce_row(sum);
    sum[LIMBS] = (uint)carry;
    sum[LIMBS + 1] += (uint)(carry >> 32) + reduce_row(sum + 1);
    add_element(sum + 2, addend);
    subtract_modulus(sum + 2, 0);
    copy(result, sum + 2);
}

static inline void sboxes(uint *powers, const uint *state)
{
    #pragma unroll 1
    for (uint k = 0; k < WIDTH; k++)
    {
        quintic(powers + k * LIMBS, state + k * LIMBS);
    }
}

static inline void full_rounds(uint *state, uint *powers, table_t addend, table_t tables)
{
    #pragma unroll 1
    for (uint round = 1; round < HALF_FULL_ROUNDS; round++)
    {
        sboxes(powers, state);
        #pragma unroll 1
        for (uint k = 0; k < WIDTH; k++)
        {
            mix_row(state + k * LIMBS, powers, tables + MIX + k, addend);
            addend += LIMBS;
        }
    }
}

// A row of a dense matrix: addend, then count factors; the result is below r.
static inline void dense_row(uint *result, const uint *elements, table_t row, uint count, table_t tables)
{
    uint sum[(2 * LIMBS) + 2];
    clear(sum, (2 * LIMBS) + 2);
    #pragma unroll 1
    for (uint k = 0; k < count; k++)
    {
        add_product(sum, elements + k * LIMBS, row + (k + 1) * LIMBS);
    }

    reduce_products(sum, row, tables);
    copy(result, sum + LIMBS);
}

// w = power * s^5 - sum of the past times the feedback, below 1.6 r. The sum is taken off a multiple of r that no sum reaches.
static inline void feed_back(uint *w, const uint *s, const uint *past, table_t round, table_t tables)
{
    uint y[LIMBS];
    uint power[LIMBS];
    uint sum[FEEDBACK_LIMBS + 2];
    quintic(y, s);
    load(power, round);
    multiply(y, y, power);
    clear(sum, FEEDBACK_LIMBS + 2);
#define PASS(limb, first) SUM_PASS(sum, limb, first, PAST, past, tables + FEEDBACK + (limb) * PAST)
    FEEDBACK_PASSES
#undef PASS
    long carry = 0;
    #pragma unroll
    for (uint i = 0; i < FEEDBACK_LIMBS; i++)
    {
        carry += (long)(ulong)tables[ABOVE_FEEDBACK + i] - (long)(ulong)sum[i] + (i < LIMBS ? (long)(ulong)y[i % LIMBS] : 0);
        sum[i] = (uint)carry;
        carry >>= 32;
    }

#define STEP(from, limb, bit, multiple) take_multiple(sum + (from), limb, bit, tables + (multiple));
    FEEDBACK_STEPS
    subtract_modulus(sum, sum[LIMBS]);
    copy(w, sum);
}

// s = addend + sum of the past, the newest element included, times the factors forward; below r.
static inline void feed_forward(uint *s, const uint *past, table_t addend, table_t tables)
{
    uint sum[FORWARD_LIMBS + 2];
    clear(sum, FORWARD_LIMBS + 2);
    load(sum, addend);
#define PASS(limb, first) SUM_PASS(sum, limb, first, WIDTH, past, tables + FORWARD + (limb) * WIDTH)
    FORWARD_PASSES
#undef PASS
    FORWARD_STEPS
    subtract_modulus(sum, sum[LIMBS]);
    subtract_modulus(sum, 0);
    copy(s, sum);
}

// The state is used up; the digest is below r.
static inline void permute(uint *digest, uint *state, table_t tables)
{
    uint powers[WIDTH * LIMBS];
    uint past[WIDTH * LIMBS]; // the newest first
    uint s[LIMBS];
    full_rounds(state, powers, tables + FIRST_ADDENDS, tables);
    sboxes(powers, state);
    dense_row(s, powers, tables + ENTER, WIDTH, tables);
    #pragma unroll 1
    for (uint k = 0; k < PAST; k++)
    {
        dense_row(state + k * LIMBS, powers, tables + ENTER + (k + 1) * (WIDTH + 1) * LIMBS, WIDTH, tables);
    }

    UNROLL_ELEMENTS
    for (uint k = 0; k < PAST; k++)
    {
        copy(past + k * LIMBS, state + k * LIMBS);
    }

    #pragma unroll 1
    for (uint round = 0; round < PARTIAL; round++)
    {
        uint w[LIMBS];
        table_t constants = tables + ROUNDS + round * 2 * LIMBS;
        feed_back(w, s, past, constants, tables);
        UNROLL_ELEMENTS
        for (uint k = PAST; k > 0; k--)
        {
            copy(past + k * LIMBS, past + (k - 1) * LIMBS);
        }

        copy(past, w);
        feed_forward(s, past, constants + LIMBS, tables);
    }

    UNROLL_ELEMENTS
    for (uint k = 0; k < PAST; k++)
    {
        copy(powers + k * LIMBS, past + k * LIMBS);
    }

    uint factor[LIMBS];
    load(factor, tables + LEAVE_FIRST);
    multiply(state, s, factor);
    subtract_modulus(state, 0);
    #pragma unroll 1
    for (uint k = 0; k < PAST; k++)
    {
        dense_row(state + (k + 1) * LIMBS, powers, tables + LEAVE + k * WIDTH * LIMBS, PAST, tables);
    }

    full_rounds(state, powers, tables + LAST_ADDENDS, tables);
    sboxes(powers, state);

    // The scale of the last rounds is such that this sum is out of Montgomery form.
    mix_row(digest, powers, tables + MIX + 1, tables + ZERO);
}

// preimages  count * ARITY elements of 8 words, least significant first; any integers below 2^256
// digests    count elements, below r
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void poseidon(__global const uint *preimages, __global uint *digests, __constant const uint *tables, uint count)
{
    size_t item = get_global_id(0);
    if (item >= count)
    {
        return;
    }

    uint state[WIDTH * LIMBS];
    __global const uint *preimage = preimages + item * (ARITY * LIMBS);
    load(state, tables + FIRST_STATE);
    #pragma unroll 1
    for (uint k = 1; k < WIDTH; k++)
    {
        uint element[LIMBS];
        #pragma unroll
        for (uint i = 0; i < LIMBS; i++)
        {
            element[i] = preimage[(k - 1) * LIMBS + i];
        }

        // A number below 2^256 is below 2.21 r. It is taken for the Montgomery form of a multiple of itself.
        subtract_modulus(element, 0);
        subtract_modulus(element, 0);
        add_element(element, tables + FIRST_STATE + k * LIMBS);
        subtract_modulus(element, 0);
        copy(state + k * LIMBS, element);
    }

    uint digest[LIMBS];
    permute(digest, state, tables);
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        digests[item * LIMBS + i] = digest[i];
    }
}
