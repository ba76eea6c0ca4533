using System.Buffers.Binary;

namespace Filecoin.Cryptography;

/// <summary>
/// The key stream of ChaCha with 20 rounds as RFC 8439 defines it: 12 bytes of nonce in words 13 to 15, a 32-bit block counter from 0 in
/// word 12. Read at any place. Immutable.
/// </summary>
internal sealed class ChaCha20
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeyBytes = 32;

    /// <summary>Length of a nonce in bytes.</summary>
    public const int NonceBytes = 12;

    private const int DoubleRounds = 10;

    private readonly uint[] _key;
    private readonly uint[] _nonce;

    /// <summary>The stream of <paramref name="key"/> and <paramref name="nonce"/>.</summary>
    /// <exception cref="ArgumentException">Key or nonce have another length.</exception>
    public ChaCha20(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        _key = Words(key, KeyBytes);
        _nonce = Words(nonce, NonceBytes);
    }

    /// <summary>Copies key stream.</summary>
    /// <param name="position">First byte, from the start of the stream; the stream ends at 2^38.</param>
    /// <param name="destination">Filled whole.</param>
    public void Read(long position, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, ((1L << 32) * ChaChaBlock.Bytes) - destination.Length);
        Span<uint> words = stackalloc uint[ChaChaBlock.Words];
        Span<byte> block = stackalloc byte[ChaChaBlock.Bytes];
        while (!destination.IsEmpty)
        {
            ChaChaBlock.Make(_key, (uint)(position / ChaChaBlock.Bytes), _nonce[0], _nonce[1], _nonce[2], DoubleRounds, words);
            for (int i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(block[(sizeof(uint) * i)..], words[i]);
            }

            int skipped = (int)(position % ChaChaBlock.Bytes);
            int length = Math.Min(ChaChaBlock.Bytes - skipped, destination.Length);
            block.Slice(skipped, length).CopyTo(destination);
            destination = destination[length..];
            position += length;
        }
    }

    private static uint[] Words(ReadOnlySpan<byte> bytes, int length)
    {
        if (bytes.Length != length)
        {
            throw new ArgumentException($"{length} bytes are needed, {bytes.Length} were given");
        }

        uint[] words = new uint[length / sizeof(uint)];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(sizeof(uint) * i)..]);
        }

        return words;
    }
}
