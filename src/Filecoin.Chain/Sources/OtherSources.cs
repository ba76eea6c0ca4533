using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;

namespace Filecoin.Chain.Sources;

/// <summary>Where a lookup may ask beside the full node.</summary>
public sealed record OtherSources
{
    /// <summary>Nothing else.</summary>
    public static OtherSources None { get; } = new();

    /// <summary>A full node that keeps what the other has pruned; asked only what that one cannot answer.</summary>
    public FullNode? Archive { get; init; }

    /// <summary>What the operator named, in order of trust; asked about every sector, so that what contradicts the chain is found.</summary>
    public IReadOnlyList<ISectorSource> Named { get; init; } = [];

    /// <summary>Whether the operator says that sectors of which nothing tells what they were sealed over hold zeros.</summary>
    public bool AssumeZeros { get; init; }

    /// <summary>Those of them who keep messages.</summary>
    internal IReadOnlyList<IMessageKeeper> Keepers => [.. Named.OfType<IMessageKeeper>()];
}
