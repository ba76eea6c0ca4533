using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon by <see cref="PoseidonRecurrence"/> on 64-bit limbs in portable code, one preimage after the other; elements are fully reduced.
/// </summary>
internal sealed unsafe class PoseidonScalar : PoseidonKernel
{
    private readonly PoseidonTables64 _tables;
    private readonly SmallFactors _feedback;
    private readonly SmallFactors _forward;
    private readonly int _width;
    private readonly int _partialRounds;

    public PoseidonScalar(int arity)
        : base(arity)
    {
        _tables = new PoseidonTables64(PoseidonConstants.For(arity));
        _width = _tables.Recurrence.Width;
        _partialRounds = _tables.Recurrence.PartialRounds;
        _feedback = new SmallFactors(_tables.Recurrence.Feedback, _tables.MostFeedback);
        _forward = new SmallFactors(_tables.Recurrence.Forward, _tables.MostForward);
    }

    public override string Name => "scalar";

    private int PastElements => _width - 1 + _partialRounds;

    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        Fr* state = stackalloc Fr[(2 * _width) + PastElements];
        Fr* powers = state + _width;
        fixed (ulong* tables = _tables.Limbs)
        {
            for (int i = 0; i < count; i++)
            {
                Fr* first = At(tables, _tables.First);
                state[0] = first[0];
                for (int k = 1; k < _width; k++)
                {
                    // A canonical input is the Montgomery form of a multiple of itself.
                    state[k] = first[k] + Canonical(preimages.Slice(((i * Arity) + k - 1) * Fr.Bytes, Fr.Bytes));
                }

                Permute(state, powers, powers + _width, tables).CopyTo(digests.Slice(i * Fr.Bytes, Fr.Bytes));
            }
        }
    }

    private static Fr* At(ulong* tables, int offset) => (Fr*)((byte*)tables + offset);

    private static Fr Canonical(ReadOnlySpan<byte> bytes)
    {
        Fr element = System.Runtime.InteropServices.MemoryMarshal.Read<Fr>(bytes);
        return Fr.SubtractModulusOnce(element.L0, element.L1, element.L2, element.L3);
    }

    /// <summary>Runs the permutation and returns the digest; everything is used up.</summary>
    private Bytes32 Permute(Fr* state, Fr* powers, Fr* past, ulong* tables)
    {
        FullRounds(state, powers, At(tables, _tables.FullAddends), tables);
        SBoxes(state, powers);
        EnterPartialRounds(state, powers, past, At(tables, _tables.Enter));
        Fr* w = past + _width - 1;
        Fr* round = At(tables, _tables.Rounds);
        for (int i = 0; i < _partialRounds; i++, w++, round += 2)
        {
            *w = (round[0] * Fr.Quintic(state[0])) - _feedback.Sum(w - 1);
            state[0] = round[1] + _forward.Sum(w);
        }

        LeavePartialRounds(state, past + _partialRounds, At(tables, _tables.Leave));
        Fr* addends = At(tables, _tables.LastAddends);
        FullRounds(state, powers, addends, tables);
        SBoxes(state, powers);

        // The last addends are zero, and this sum is out of Montgomery form.
        Fr digest = MixRow(powers, (ulong*)((byte*)tables + _tables.Mix) + 1, Fr.Zero);
        return new Bytes32(new ReadOnlySpan<byte>(&digest, Fr.Bytes));
    }

    private void FullRounds(Fr* state, Fr* powers, Fr* addends, ulong* tables)
    {
        ulong* mix = (ulong*)((byte*)tables + _tables.Mix);
        for (int round = 1; round < PoseidonConstants.FullRounds / 2; round++)
        {
            SBoxes(state, powers);
            for (int k = 0; k < _width; k++)
            {
                state[k] = MixRow(powers, mix + k, *addends++);
            }
        }
    }

    private void SBoxes(Fr* state, Fr* powers)
    {
        for (int k = 0; k < _width; k++)
        {
            powers[k] = Fr.Quintic(state[k]);
        }
    }

    private void EnterPartialRounds(Fr* state, Fr* powers, Fr* past, Fr* row)
    {
        state[0] = row[0] + DotProduct.Sum(powers, row + 1, _width);
        for (int k = 1; k < _width; k++)
        {
            row += _width + 1;
            past[_width - 1 - k] = row[0] + DotProduct.Sum(powers, row + 1, _width);
        }
    }

    private void LeavePartialRounds(Fr* state, Fr* newest, Fr* row)
    {
        // The first row has one factor and an addend of zero.
        state[0] *= row[1];
        row += 2;
        for (int k = 1; k < _width; k++, row += _width)
        {
            state[k] = row[0] + DotProduct.Sum(newest, row + 1, _width - 1);
        }
    }

    /// <summary>addend + (sum of powers[j]·factors[j]) / 2^64.</summary>
    private Fr MixRow(Fr* powers, ulong* factors, Fr addend)
    {
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        for (int j = 0; j < _width; j++)
        {
            ulong high = 0;
            t0 = Fr.MultiplyAdd(powers[j].L0, factors[j], t0, ref high);
            t1 = Fr.MultiplyAdd(powers[j].L1, factors[j], t1, ref high);
            t2 = Fr.MultiplyAdd(powers[j].L2, factors[j], t2, ref high);
            t3 = Fr.MultiplyAdd(powers[j].L3, factors[j], t3, ref high);
            t4 += high;
        }

        // Factors have at most 44 bits, so the sum divided by 2^64 adds less than r to the multiple of r.
        ulong m = t0 * Fr.NegativeInverse;
        ulong carry = 0;
        Fr.MultiplyAdd(Fr.R0, m, t0, ref carry);
        t1 = Fr.MultiplyAdd(Fr.R1, m, t1, ref carry);
        t2 = Fr.MultiplyAdd(Fr.R2, m, t2, ref carry);
        t3 = Fr.MultiplyAdd(Fr.R3, m, t3, ref carry);
        return Fr.SubtractModulusOnce(t1, t2, t3, t4 + carry) + addend;
    }
}
