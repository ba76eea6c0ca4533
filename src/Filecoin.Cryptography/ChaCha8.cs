using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography;

/// <summary>
/// The random generator of the depth robust graph: ChaCha with 8 rounds, its words read as u64 the way Rust's
/// rand_chacha <c>ChaCha8Rng::from_seed</c> followed by <c>next_u64</c> does. Key = seed, 64-bit block counter from 0 in words 12 and
/// 13, stream 0 in words 14 and 15. A mutable value: copy it and both copies yield the same numbers.
/// </summary>
internal struct ChaCha8
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int SeedBytes = 32;

    private const int BlockWords = 16;
    private const int KeyWords = SeedBytes / sizeof(uint);
    private const int DoubleRounds = 4;

    private Key _key;
    private Block _block;
    private ulong _counter;
    private int _next;

    /// <summary>Starts the stream of <paramref name="seed"/>.</summary>
    /// <param name="seed">32 bytes, read as eight u32 LE.</param>
    /// <exception cref="ArgumentException">The seed is not 32 bytes long.</exception>
    public ChaCha8(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
        {
            throw new ArgumentException($"a seed of {SeedBytes} bytes is needed, {seed.Length} were given", nameof(seed));
        }

        for (int i = 0; i < KeyWords; i++)
        {
            _key[i] = BinaryPrimitives.ReadUInt32LittleEndian(seed[(sizeof(uint) * i)..]);
        }

        _next = BlockWords;
    }

    /// <summary>
    /// The next two words of the stream, the first one the low half. Only u64 are ever drawn, so a number never straddles two blocks and
    /// rand_chacha's buffering of four blocks at a time cannot be observed.
    /// </summary>
    public ulong NextUInt64()
    {
        if (_next == BlockWords)
        {
            FillBlock();
        }

        ulong value = _block[_next] | ((ulong)_block[_next + 1] << 32);
        _next += 2;
        return value;
    }

    private void FillBlock()
    {
        ChaChaBlock.Make(_key, (uint)_counter, (uint)(_counter >> 32), 0, 0, DoubleRounds, _block);
        _counter++;
        _next = 0;
    }

    [InlineArray(KeyWords)]
    private struct Key
    {
        private uint _first;
    }

    [InlineArray(BlockWords)]
    private struct Block
    {
        private uint _first;
    }
}
