using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon on general registers with MULX, ADCX and ADOX (Intel since Broadwell, AMD since Zen), two preimages in turns;
/// see <see cref="PoseidonAdxEmitter"/>.
/// </summary>
internal sealed unsafe class PoseidonAdx : PoseidonKernel
{
    private const int Lanes = PoseidonAdxEmitter.Lanes;

    private readonly delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void> _hash;
    private readonly ulong[] _tables;
    private readonly int _workWords;

    private PoseidonAdx(int arity, PoseidonTables64 tables, delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void> hash)
        : base(arity)
    {
        _workWords = PoseidonAdxEmitter.WorkWords(tables.Recurrence);
        _tables = tables.Limbs;
        _hash = hash;
    }

    public override string Name => "adx";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    public static PoseidonAdx? TryCreate(int arity)
    {
        PoseidonTables64 tables = new(PoseidonConstants.For(arity));
        delegate* unmanaged<byte*, ulong*, ulong*, ulong*, void> hash = PoseidonAdxEmitter.TryEmit(tables);
        return hash is null ? null : new PoseidonAdx(arity, tables, hash);
    }

    [SkipLocalsInit]
    public override void HashMany(ReadOnlySpan<byte> preimages, Span<byte> digests)
    {
        int count = CheckedCount(preimages, digests);
        int preimageBytes = Arity * Fr.Bytes;
        ulong* work = stackalloc ulong[_workWords];
        byte* lastPreimages = stackalloc byte[Lanes * preimageBytes];
        Fr* results = stackalloc Fr[Lanes];
        fixed (ulong* tables = _tables)
        fixed (byte* input = preimages)
        {
            for (int first = 0; first < count; first += Lanes)
            {
                byte* group = input + ((long)first * preimageBytes);
                int lanes = count - first;
                if (lanes < Lanes)
                {
                    // Lanes without a preimage hash whatever lies there; nobody looks.
                    preimages[(first * preimageBytes)..].CopyTo(new Span<byte>(lastPreimages, Lanes * preimageBytes));
                    group = lastPreimages;
                }

                _hash(group, (ulong*)results, work, tables);
                for (int lane = 0; lane < Lanes && lane < lanes; lane++)
                {
                    Fr digest = Fr.SubtractModulusOnce(results[lane].L0, results[lane].L1, results[lane].L2, results[lane].L3);
                    MemoryMarshal.Write(digests.Slice((first + lane) * Fr.Bytes, Fr.Bytes), in digest);
                }
            }
        }
    }
}
