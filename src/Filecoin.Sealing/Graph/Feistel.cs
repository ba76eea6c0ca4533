using Filecoin.Cryptography.Kernels;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// A pseudo-random permutation of 0 .. n-1: three rounds of a Feistel network on the smallest even number of bits that holds n, repeated
/// until the result is below n (rust-fil-proofs storage-proofs-core/src/crypto/feistel.rs). Everything is u64.
/// </summary>
/// <remarks>
/// Where n is not a power of four, half of the results or more are drawn again; 8 x nodes is a power of four for 4KiB, 16MiB, 1GiB and
/// 64GiB, and half a power of four for 2KiB, 8MiB, 512MiB and 32GiB, which therefore cost twice as much.
/// </remarks>
internal readonly struct Feistel
{
    private const int Rounds = 3;

    private readonly ulong _elements;
    private readonly ulong[] _keys;
    private readonly ulong _rightMask;
    private readonly int _halfBits;

    /// <param name="elements">n, from 1 to 2^62.</param>
    /// <param name="keys">At least three round keys; those after the third are not used.</param>
    public Feistel(ulong elements, ReadOnlySpan<ulong> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(elements);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(elements, 1UL << 62);
        ArgumentOutOfRangeException.ThrowIfLessThan(keys.Length, Rounds, nameof(keys));
        _elements = elements;
        _keys = keys[..Rounds].ToArray();
        _halfBits = 1;
        while (1UL << (2 * _halfBits) < elements)
        {
            _halfBits++;
        }

        _rightMask = (1UL << _halfBits) - 1;
    }

    /// <summary>Where <paramref name="index"/> goes. The plain form.</summary>
    public ulong Permute(ulong index)
    {
        ulong value = index;
        do
        {
            value = Encode(value);
        }
        while (value >= _elements);

        return value;
    }

    /// <summary>Replaces every index by where it goes: the same as <see cref="Permute"/> one by one, with the hashes of many side by side.</summary>
    public void PermuteAll(Span<ulong> indices, Scratch scratch)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(indices.Length, scratch.Capacity, nameof(indices));
        EncodeAll(indices, scratch);

        // The positions of results out of range, gathered, encoded again and put back until none is left.
        int pending = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] >= _elements)
            {
                scratch.Positions[pending] = i;
                scratch.Values[pending++] = indices[i];
            }
        }

        while (pending > 0)
        {
            Span<ulong> values = scratch.Values.AsSpan(0, pending);
            EncodeAll(values, scratch);
            int still = 0;
            for (int i = 0; i < values.Length; i++)
            {
                int position = scratch.Positions[i];
                if (values[i] < _elements)
                {
                    indices[position] = values[i];
                }
                else
                {
                    scratch.Positions[still] = position;
                    scratch.Values[still++] = values[i];
                }
            }

            pending = still;
        }
    }

    private ulong Encode(ulong index)
    {
        ulong left = (index >> _halfBits) & _rightMask;
        ulong right = index & _rightMask;
        foreach (ulong key in _keys)
        {
            (left, right) = (right, left ^ (Blake2bPairs.Hash(right, key) & _rightMask));
        }

        return (left << _halfBits) | right;
    }

    private void EncodeAll(Span<ulong> values, Scratch scratch)
    {
        Span<ulong> left = scratch.Left.AsSpan(0, values.Length);
        Span<ulong> right = scratch.Right.AsSpan(0, values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            left[i] = (values[i] >> _halfBits) & _rightMask;
            right[i] = values[i] & _rightMask;
        }

        foreach (ulong key in _keys)
        {
            right.CopyTo(values);
            Blake2bPairs.HashAll(values, key);
            for (int i = 0; i < values.Length; i++)
            {
                ulong next = left[i] ^ (values[i] & _rightMask);
                left[i] = right[i];
                right[i] = next;
            }
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (left[i] << _halfBits) | right[i];
        }
    }

    /// <summary>Room for <see cref="PermuteAll"/>, made once per thread.</summary>
    /// <param name="capacity">Most indices permuted in one call.</param>
    internal sealed class Scratch(int capacity)
    {
        public int Capacity { get; } = capacity;

        public ulong[] Left { get; } = new ulong[capacity];

        public ulong[] Right { get; } = new ulong[capacity];

        public ulong[] Values { get; } = new ulong[capacity];

        public int[] Positions { get; } = new int[capacity];
    }
}
