using System.Runtime.CompilerServices;

namespace Filecoin.Cryptography.Kernels.Sha256;

/// <summary>Two messages at once by the processor's SHA instructions; see <see cref="TwoToOneShaNiEmitter"/>.</summary>
internal sealed unsafe class TwoToOneShaNi : TwoToOneHash
{
    private readonly byte* _tables = TwoToOneShaNiTables.Create();
    private readonly delegate* unmanaged<byte*, byte*, byte*, long, void> _hash;

    private TwoToOneShaNi(delegate* unmanaged<byte*, byte*, byte*, long, void> hash) => _hash = hash;

    public override string Name => "sha-ni";

    /// <summary>Makes the kernel; null if the system refuses memory for its code.</summary>
    public static TwoToOneShaNi? TryCreate()
    {
        delegate* unmanaged<byte*, byte*, byte*, long, void> hash = TwoToOneShaNiEmitter.TryEmit();
        return hash is null ? null : new TwoToOneShaNi(hash);
    }

    [SkipLocalsInit]
    private protected override void HashPairs(ReadOnlySpan<byte> pairs, Span<byte> parents)
    {
        int turns = parents.Length / (2 * NodeBytes);
        fixed (byte* from = pairs, to = parents)
        {
            if (turns > 0)
            {
                _hash(_tables, from, to, turns);
            }
        }

        if (parents.Length > turns * 2 * NodeBytes)
        {
            // The second message of the last turn is whatever happens to be there; nobody looks.
            byte* last = stackalloc byte[2 * PairBytes];
            pairs[^PairBytes..].CopyTo(new Span<byte>(last, PairBytes));
            _hash(_tables, last, last, 1);
            new ReadOnlySpan<byte>(last, NodeBytes).CopyTo(parents[^NodeBytes..]);
        }
    }
}
