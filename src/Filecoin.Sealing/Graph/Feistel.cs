using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// A pseudo-random permutation of 0 .. n-1: three rounds of a Feistel network on the smallest even number of bits that holds n, repeated
/// until the result is below n (rust-fil-proofs storage-proofs-core/src/crypto/feistel.rs). Everything is u64. The plain form;
/// <see cref="FeistelTables"/> does the same for many indices.
/// </summary>
/// <remarks>
/// Where n is not a power of four, half of the results or more are drawn again; 8 x nodes is a power of four for 4KiB, 16MiB, 1GiB and
/// 64GiB, and half a power of four for 2KiB, 8MiB, 512MiB and 32GiB, which therefore cost twice as much.
/// </remarks>
internal sealed class Feistel
{
    private const int Rounds = 3;

    private readonly ulong[] _keys;
    private readonly ulong _rightMask;

    /// <param name="elements">n, from 1 to 2^62.</param>
    /// <param name="keys">At least three round keys; those after the third are not used.</param>
    public Feistel(ulong elements, ReadOnlySpan<ulong> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(elements);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elements, 1UL << 62);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, Rounds, nameof(keys));
        Elements = elements;
        _keys = keys[..Rounds].ToArray();
        HalfBits = 1;
        while (1UL << (2 * HalfBits) < elements)
        {
            HalfBits++;
        }

        _rightMask = (1UL << HalfBits) - 1;
    }

    /// <summary>n.</summary>
    public ulong Elements { get; }

    /// <summary>Bits of each half of an index.</summary>
    public int HalfBits { get; }

    /// <summary>The keys of the three rounds.</summary>
    public ReadOnlySpan<ulong> Keys => _keys;

    /// <summary>Where <paramref name="index"/> goes.</summary>
    public ulong Permute(ulong index)
    {
        ulong value = index;
        do
        {
            value = Encode(value);
        }
        while (value >= Elements);

        return value;
    }

    private ulong Encode(ulong index)
    {
        ulong left = (index >> HalfBits) & _rightMask;
        ulong right = index & _rightMask;
        foreach (ulong key in _keys)
        {
            (left, right) = (right, left ^ (Blake2bPairs.Hash(right, key) & _rightMask));
        }

        return (left << HalfBits) | right;
    }
}
