using System.Text.Json.Serialization;
using Filecoin.Primitives;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>How far a good file was looked at.</summary>
public enum CheckDepth
{
    /// <summary>It has the right name and length.</summary>
    Length,

    /// <summary>Some of it was compared with files that stand beside it.</summary>
    Sampled,

    /// <summary>All of it agrees with the files beside it; whether those are this sector's is not proven.</summary>
    Consistent,

    /// <summary>All of it follows from the commitment on chain.</summary>
    [JsonStringEnumMemberName("proven")]
    ProvenAgainstChain,
}

/// <summary>A damaged stretch of a file.</summary>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Nodes">In a tree_r_last file, which nodes these are.</param>
/// <param name="Replica">In a tree_r_last file, the stretch of the replica that lies beneath them.</param>
public sealed record DamagedRange(long Offset, long Length, NodeRange? Nodes = null, ByteRange? Replica = null)
{
    /// <summary>First byte behind it.</summary>
    public long End => Offset + Length;
}

/// <summary>A stretch of a file.</summary>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>First byte behind it.</summary>
    public long End => Offset + Length;

    /// <summary>The ranges by place, those that touch or overlap made one.</summary>
    internal static IReadOnlyList<ByteRange> Join(IEnumerable<ByteRange> ranges)
    {
        List<ByteRange> joined = [];
        foreach (ByteRange range in ranges.OrderBy(range => range.Offset))
        {
            if (joined is [.., var last] && range.Offset <= last.End)
            {
                joined[^1] = last with { Length = Math.Max(last.End, range.End) - last.Offset };
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}

/// <summary>What a survey says about one file.</summary>
public abstract record FileState
{
    /// <summary>Whether nothing speaks against the file.</summary>
    public bool IsGood => this is Good;
}

/// <summary>It is not there.</summary>
public sealed record Missing : FileState;

/// <summary>It has another length than it has to have.</summary>
/// <param name="Expected">Bytes it should have.</param>
/// <param name="Found">Bytes it has.</param>
/// <param name="Remark">What such a length means; null where nothing is known.</param>
public sealed record WrongLength(long Expected, long Found, string? Remark = null) : FileState;

/// <summary>It cannot be read, or is not what can be read: half a sentence saying why.</summary>
/// <param name="Reason">Why.</param>
public sealed record Unreadable(string Reason) : FileState;

/// <summary>Its content is wrong.</summary>
/// <param name="Ranges">Where, as far as that is known: in order; where the grain is coarse, the damage is somewhere inside.</param>
/// <param name="ComparedWith">Half a sentence: what its content contradicts.</param>
public sealed record Damaged(IReadOnlyList<DamagedRange> Ranges, string ComparedWith) : FileState
{
    /// <summary>Whether that follows from the commitment on chain. If not, what it contradicts may be what is wrong.</summary>
    public bool AgainstChain { get; init; }
}

/// <summary>It is another's: good by what it commits to, but not where it lies.</summary>
/// <param name="Owner">The sector it belongs to.</param>
/// <param name="Part">Which part of that.</param>
public sealed record Misplaced(SectorId Owner, SectorPart Part) : FileState;

/// <summary>Nothing speaks against it.</summary>
/// <param name="Depth">How far it was looked at.</param>
/// <param name="Remark">What else to know about it; null for nothing.</param>
public sealed record Good(CheckDepth Depth, string? Remark = null) : FileState
{
    /// <summary>How much of a replica was read where its depth is <see cref="CheckDepth.Sampled"/>; null else.</summary>
    public ReadSample? Sample { get; init; }
}
