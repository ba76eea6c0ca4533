// One row of a product in plain C: 32 x 32 bit products summed up in 64 bits, which compilers of every vendor turn into multiply-adds.

// t[0 .. 7] += a[0 .. 7] * f; returns the limb that is carried out.
static inline uint add_row(uint *t, const uint *a, uint f)
{
    ulong carry = 0;
    #pragma unroll
    for (uint i = 0; i < LIMBS; i++)
    {
        // (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1: no overflow.
        carry += (ulong)a[i] * f + t[i];
        t[i] = (uint)carry;
        carry >>= 32;
    }

    return (uint)carry;
}
