using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The Grain shift register in self-shrinking mode, from which Poseidon draws its round constants (Poseidon paper, appendix E):
/// 80 bits describing the instance, the first 160 output bits discarded; then of each pair of bits the second counts if the first is 1.
/// </summary>
internal sealed class GrainLfsr
{
    private readonly bool[] _state = new bool[80];
    private int _head;

    public GrainLfsr(int fieldBits, int width, int fullRounds, int partialRounds)
    {
        const int primeField = 1, quinticSBox = 1;
        int next = 0;
        Append(2, primeField);
        Append(4, quinticSBox);
        Append(12, fieldBits);
        Append(12, width);
        Append(10, fullRounds);
        Append(10, partialRounds);
        Append(30, (1 << 30) - 1);
        for (int i = 0; i < 160; i++)
        {
            NextRaw();
        }

        void Append(int bits, int value)
        {
            for (int bit = bits - 1; bit >= 0; bit--)
            {
                _state[next++] = ((value >> bit) & 1) != 0;
            }
        }
    }

    /// <summary>The next element below r: 255 bits, most significant first; candidates that are not below r are skipped.</summary>
    public Fr NextElement()
    {
        Span<byte> bytes = stackalloc byte[Fr.Bytes];
        Fr element;
        do
        {
            bytes.Clear();
            for (int bit = 254; bit >= 0; bit--)
            {
                bytes[bit >> 3] |= (byte)((NextBit() ? 1 : 0) << (bit & 7));
            }
        }
        while (!Fr.TryFromCanonicalBytes(bytes, out element));

        return element;
    }

    private bool NextBit()
    {
        while (!NextRaw())
        {
            NextRaw();
        }

        return NextRaw();
    }

    private bool NextRaw()
    {
        bool bit = Tap(62) ^ Tap(51) ^ Tap(38) ^ Tap(23) ^ Tap(13) ^ Tap(0);
        _state[_head] = bit;
        _head = (_head + 1) % _state.Length;
        return bit;

        bool Tap(int index) => _state[(_head + index) % _state.Length];
    }
}
