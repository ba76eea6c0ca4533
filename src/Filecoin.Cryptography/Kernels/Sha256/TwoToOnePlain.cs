using System.Buffers.Binary;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>The specification of the other variants: <see cref="Sha256Plain"/> over the pair and the padding block.</summary>
internal sealed class TwoToOnePlain : TwoToOneHash
{
    public override string Name => "plain";

    private protected override void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents)
    {
        Span<uint> state = stackalloc uint[8];
        for (int i = 0; i < parents.Length; i += NodeBytes)
        {
            Sha256Plain.InitialState.CopyTo(state);
            Sha256Plain.Compress(state, pairs.Slice(2 * i, PairBytes));
            Sha256Plain.Compress(state, TwoToOnePadding.Block);
            for (int j = 0; j < state.Length; j++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(parents[(i + (sizeof(uint) * j))..], state[j]);
            }

            parents[i + NodeBytes - 1] &= LastByteMask;
        }
    }
}
