// Elements of Fr as LIMBS = 8 limbs of 32 bits, least significant first, in Montgomery form with respect to 2^256. r < 0.4529 * 2^256, so
// values up to 2.2r fit; bounds stand at every function in multiples of r. Sums grow in longer arrays before they are brought back.

typedef __constant const uint *table_t;

static inline void load(uint *to, table_t from)
{
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        to[i] = from[i];
    }
}

static inline void copy(uint *to, const uint *from)
{
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        to[i] = from[i];
    }
}

static inline void clear(uint *to, uint limbs)
{
    #pragma unroll
    for (uint i = 0; i < limbs; i++)
    {
        to[i] = 0;
    }
}

// t + top * 2^256 less r, if it is not below r. The difference fits in 256 bits.
static inline void subtract_modulus(uint *t, uint top)
{
    const uint r[LIMBS] = MODULUS;
    uint d[LIMBS];
    ulong borrow = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        ulong difference = (ulong)t[i] - r[i] - borrow;
        d[i] = (uint)difference;
        borrow = difference >> 63;
    }

    bool below = top < (uint)borrow;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        t[i] = below ? t[i] : d[i];
    }
}

// t[0 .. 7] += addend; returns the carry.
static inline uint add_element(uint *t, table_t addend)
{
    ulong carry = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        carry += (ulong)t[i] + addend[i];
        t[i] = (uint)carry;
        carry >>= 32;
    }

    return (uint)carry;
}

// Adds the multiple of r that makes t[0] vanish; returns the limb that is carried out of t[7].
static inline uint reduce_row(uint *t)
{
    const uint r[LIMBS] = MODULUS;
    return add_row(t, r, t[0] * NEGATIVE_INVERSE);
}

// result = a * b / 2^256. For a < x r and b < y r the result is below (0.4529 x y + 1) r, which has to fit: x y < 2.66.
static inline void multiply(uint *result, const uint *a, const uint *b)
{
    uint t[2 * LIMBS];
    uint chain = 0;
    clear(t, 2 * LIMBS);
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        ulong carry = (ulong)add_row(t + i, a, b[i]) + chain;
        carry += reduce_row(t + i);
        t[i + LIMBS] = (uint)carry;
        chain = (uint)(carry >> 32);
    }

    copy(result, t + LIMBS);
}

// x^5 for x < 1.0001 r: below 1.887 r. The square is below 1.453 r, the fourth power below 1.957 r.
static inline void quintic(uint *result, const uint *x)
{
    uint power[LIMBS];
    multiply(power, x, x);
    multiply(power, power, power);
    multiply(result, power, x);
}

// t[0 .. 16] += a * b, unreduced.
static inline void add_product(uint *t, const uint *a, table_t b)
{
    uint chain = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        ulong carry = (ulong)add_row(t + i, a, b[i]) + t[i + LIMBS] + chain;
        t[i + LIMBS] = (uint)carry;
        chain = (uint)(carry >> 32);
    }

    t[2 * LIMBS] += chain;
}

// One step of bringing a long sum back without changing its scale: from t, below 2^(286 + s), it takes q * r * 2^s, and less than
// 2.6 r * 2^s is left. The window are the 32 bits of t from 254 + s on; q = window * floor(2^286 / r) / 2^32 is at most t / (r * 2^s), and
// less by no more than 0.56 for what the window leaves out, 1 for what the quotient leaves out, 1 for the rounding.
//   t         the sum from limb s / 32 on, of which the step changes ten limbs
//   limb, bit where the window begins
//   multiple  r * 2^(s mod 32), nine limbs
static inline void take_multiple(uint *t, uint limb, uint bit, table_t multiple)
{
    uint window = (uint)((((ulong)t[limb + 1] << 32) | t[limb]) >> bit);
    uint q = mul_hi(window, (uint)QUOTIENT);
    ulong product = 0;
    ulong borrow = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS + 1; i++)
    {
        product += (ulong)q * multiple[i];
        ulong difference = (ulong)t[i] - (uint)product - borrow;
        t[i] = (uint)difference;
        borrow = difference >> 63;
        product >>= 32;
    }

    t[LIMBS + 1] -= (uint)(product + borrow);
}

// t[0 .. 16], below 25 r^2 (twelve products of 1.887 r and r, or of 1.6 r and r), becomes t / 2^256 + addend, in t[8 .. 15], below r.
// Divided it is below 12.4 r, with the addend below 13.4 r; of so little one step leaves less than 1.6 r.
static inline void reduce_products(uint *t, table_t addend, table_t tables)
{
    uint chain = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        ulong carry = (ulong)reduce_row(t + i) + t[i + LIMBS] + chain;
        t[i + LIMBS] = (uint)carry;
        chain = (uint)(carry >> 32);
    }

    t[2 * LIMBS] += chain + add_element(t + LIMBS, addend);
    t[(2 * LIMBS) + 1] = 0;
    take_multiple(t + LIMBS, LIMBS - 1, 30, tables + MULTIPLE_0);
    subtract_modulus(t + LIMBS, t[2 * LIMBS]);
}
