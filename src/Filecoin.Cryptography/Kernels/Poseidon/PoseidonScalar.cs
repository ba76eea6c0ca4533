using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon with compressed constants and sparse matrices (see <see cref="PoseidonConstants"/>), on 64-bit limbs, one preimage after the
/// other; rows of matrices are dot products with a single reduction.
/// </summary>
internal sealed unsafe class PoseidonScalar : PoseidonKernel
{
    private const int MaxWidth = DotProduct.MaxTerms;

    private readonly int _width;
    private readonly int _partialRounds;
    private readonly Fr _domainTag;
    private readonly Fr[] _constants;
    private readonly Fr[] _sparse;

    // Flattened so that output element j is the dot product of the state with row j: M is symmetric, the pre-sparse matrix transposed here.
    private readonly Fr[] _mds;
    private readonly Fr[] _preSparse;

    public PoseidonScalar(int arity)
        : base(arity)
    {
        PoseidonConstants constants = PoseidonConstants.For(arity);
        _width = constants.Width;
        _partialRounds = constants.PartialRounds;
        _domainTag = constants.DomainTag;
        _constants = constants.CompressedConstants;
        _sparse = constants.Sparse;
        _mds = new Fr[_width * _width];
        _preSparse = new Fr[_width * _width];
        for (int i = 0; i < _width; i++)
        {
            for (int j = 0; j < _width; j++)
            {
                _mds[(i * _width) + j] = constants.Mds[i, j];
                _preSparse[(i * _width) + j] = constants.PreSparse[j, i];
            }
        }
    }

    public override string Name => "scalar";

    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        Fr* state = stackalloc Fr[2 * MaxWidth];
        fixed (Fr* constants = _constants, sparse = _sparse, mds = _mds, preSparse = _preSparse)
        {
            for (int i = 0; i < count; i++)
            {
                state[0] = _domainTag;
                for (int k = 0; k < Arity; k++)
                {
                    state[k + 1] = Fr.FromBytes(preimages.Slice(((i * Arity) + k) * Fr.Bytes, Fr.Bytes));
                }

                Permute(state, state + MaxWidth, constants, sparse, mds, preSparse).ToBytes(digests.Slice(i * Fr.Bytes, Fr.Bytes));
            }
        }
    }

    /// <summary>Runs the permutation and returns the second element, the digest; <paramref name="state"/> is used up.</summary>
    private Fr Permute(Fr* state, Fr* scratch, Fr* constants, Fr* sparse, Fr* mds, Fr* preSparse)
    {
        int t = _width;
        int half = PoseidonConstants.FullRounds / 2;
        for (int k = 0; k < t; k++)
        {
            state[k] += *constants++;
        }

        for (int round = 0; round < half; round++)
        {
            FullSBoxes(state, ref constants);
            Mix(ref state, ref scratch, round == half - 1 ? preSparse : mds);
        }

        for (int round = 0; round < _partialRounds; round++)
        {
            Fr first = Fr.Quintic(state[0]) + *constants++;
            state[0] = first;
            Fr mixed = DotProduct.Sum(state, sparse, t);
            sparse += t;
            for (int k = 1; k < t; k++)
            {
                state[k] += first * *sparse++;
            }

            state[0] = mixed;
        }

        for (int round = 1; round < half; round++)
        {
            FullSBoxes(state, ref constants);
            Mix(ref state, ref scratch, mds);
        }

        // The very last round adds nothing, and only the digest's row of the matrix is needed.
        for (int k = 0; k < t; k++)
        {
            state[k] = Fr.Quintic(state[k]);
        }

        return DotProduct.Sum(state, mds + t, t);
    }

    private void FullSBoxes(Fr* state, ref Fr* constants)
    {
        for (int k = 0; k < _width; k++)
        {
            state[k] = Fr.Quintic(state[k]) + *constants++;
        }
    }

    private void Mix(ref Fr* state, ref Fr* scratch, Fr* rows)
    {
        for (int j = 0; j < _width; j++)
        {
            scratch[j] = DotProduct.Sum(state, rows + (j * _width), _width);
        }

        Fr* mixed = scratch;
        scratch = state;
        state = mixed;
    }
}
