using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// A <see cref="Feistel"/> permutation of many indices, by table. A round hashes half an index with the round's key, and only the digest's
/// low half index is used: for 32GiB and 64GiB that is 17 bits in, 17 bits out, so that the 3 x 2^17 hashes there are can all be computed
/// first (1.5 MiB, about 10 ms) and a round becomes a look-up. Immutable; safe from any number of threads.
/// </summary>
internal sealed class FeistelTables
{
    /// <summary>Widest half of an index that tables are made for: 12 MiB of them.</summary>
    private const int MaxHalfBits = 20;

    private readonly int _lanes;
    private readonly uint[][] _rounds;
    private readonly ulong _elements;
    private readonly ulong _mask;
    private readonly int _halfBits;

    /// <summary>Computes the tables of <paramref name="feistel"/>.</summary>
    /// <param name="feistel">A permutation of at most 2^40 elements.</param>
    /// <param name="lanes">Hashes at a time: 1, 4 or 8.</param>
    public FeistelTables(Feistel feistel, int lanes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(feistel.HalfBits, MaxHalfBits, nameof(feistel));
        _lanes = lanes;
        _elements = feistel.Elements;
        _halfBits = feistel.HalfBits;
        _mask = (1UL << _halfBits) - 1;
        _rounds = [.. feistel.Keys.ToArray().Select(Table)];
    }

    /// <summary>Replaces every index by where it goes: the same as <see cref="Feistel.Permute"/> one by one.</summary>
    /// <param name="indices">Each below the number of elements.</param>
    /// <param name="pending">As long as <paramref name="indices"/>; its content is lost.</param>
    public void PermuteAll(Span<ulong> indices, Span<int> pending)
    {
        pending = pending[..indices.Length];
        int left = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            ulong value = Encode(indices[i]);
            indices[i] = value;
            pending[left] = i;
            left += value >= _elements ? 1 : 0;
        }

        // About half of the results are out of range where the elements are not a power of four: encoded again until none is left. Which
        // ones cannot be predicted, so positions are gathered without a branch.
        while (left > 0)
        {
            int still = 0;
            foreach (int i in pending[..left])
            {
                ulong value = Encode(indices[i]);
                indices[i] = value;
                pending[still] = i;
                still += value >= _elements ? 1 : 0;
            }

            left = still;
        }
    }

    private uint[] Table(ulong key)
    {
        ulong[] digests = new ulong[1 << _halfBits];
        for (int i = 0; i < digests.Length; i++)
        {
            digests[i] = (ulong)i;
        }

        Blake2bPairs.HashAll(digests, key, _lanes);
        return Array.ConvertAll(digests, digest => (uint)(digest & _mask));
    }

    /// <summary>One pass of three rounds. A half is below 2^HalfBits, the length of every table: that is why no bound is checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong Encode(ulong index)
    {
        ulong left = (index >> _halfBits) & _mask;
        ulong right = index & _mask;
        ulong first = left ^ Lookup(0, right);
        ulong second = right ^ Lookup(1, first);
        ulong third = first ^ Lookup(2, second);
        return (second << _halfBits) | third;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Lookup(int round, ulong half) =>
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_rounds[round]), (nuint)half);
}
