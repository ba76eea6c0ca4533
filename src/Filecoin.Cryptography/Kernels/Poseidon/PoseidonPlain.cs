using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon word for word as the paper defines it: all constants, dense matrix in every round. Slow; every other variant is tested
/// against it, and it against neptune's digests.
/// </summary>
internal sealed class PoseidonPlain : PoseidonKernel
{
    private readonly PoseidonConstants _constants;
    private readonly Fr _domainTag;

    /// <summary>Makes it for nodes of trees, or, with a domain tag, for another use that must never give the same digests.</summary>
    public PoseidonPlain(int arity, Fr? domainTag = null)
        : base(arity)
    {
        _constants = PoseidonConstants.For(arity);
        _domainTag = domainTag ?? _constants.DomainTag;
    }

    public override string Name => "plain";

    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        Fr[] state = new Fr[_constants.Width];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> preimage = preimages.Slice(i * Arity * Fr.Bytes, Arity * Fr.Bytes);
            state[0] = _domainTag;
            for (int k = 0; k < Arity; k++)
            {
                state[k + 1] = Fr.FromBytes(preimage.Slice(k * Fr.Bytes, Fr.Bytes));
            }

            Permute(ref state);
            state[1].ToBytes(digests.Slice(i * Fr.Bytes, Fr.Bytes));
        }
    }

    private void Permute(ref Fr[] state)
    {
        int half = PoseidonConstants.FullRounds / 2;
        int rounds = PoseidonConstants.FullRounds + _constants.PartialRounds;
        for (int round = 0; round < rounds; round++)
        {
            for (int k = 0; k < state.Length; k++)
            {
                state[k] += _constants.RoundConstants[(round * state.Length) + k];
            }

            bool full = round < half || round >= rounds - half;
            for (int k = 0; k < (full ? state.Length : 1); k++)
            {
                state[k] = Fr.Quintic(state[k]);
            }

            state = FrMatrix.Apply(_constants.Mds, state);
        }
    }
}
