using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Chain.Wire;
using Filecoin.Primitives;

namespace Filecoin.Chain.Lookup;

/// <summary>What the head's state has of a sector.</summary>
/// <param name="Sector">The sector.</param>
/// <param name="Proven">Its record; null if it is not proven.</param>
/// <param name="PreCommitted">Its pre-commit; null if it is proven.</param>
/// <param name="Untold">What the node said instead of either; null if it told.</param>
internal sealed record SectorAtHead(SectorId Sector, SectorOnChainInfo? Proven, SectorPreCommitOnChainInfo? PreCommitted, string? Untold)
{
    /// <summary>Names the node that told, where that is not the first one asked.</summary>
    public string Of { get; init; } = "";

    /// <summary>What its files commit to; only if it was told.</summary>
    /// <param name="size">Size of the miner's sectors.</param>
    /// <exception cref="OperatorException">The node gives values that can be none.</exception>
    internal SectorCommitments Commitments(SectorSize size) => Proven is { } proven
        ? new SectorCommitments(
            Sector,
            OnChain.Proof(Sector, proven.SealProof, size),
            OnChain.CommR(Sector, proven.SealedCid),
            proven.SectorKeyCid is { } key ? OnChain.CommR(Sector, key) : null)
        : new SectorCommitments(
            Sector, OnChain.Proof(Sector, PreCommitted!.Info.SealProof, size), OnChain.CommR(Sector, PreCommitted.Info.SealedCid), null)
        {
            IsUnproven = true,
        };
}

/// <summary>
/// Asks what the newest state has of sectors. Gateways may not offer this, nor a node that keeps nothing but headers; then the archive node
/// tells it.
/// </summary>
internal sealed class HeadStates(FullNode node, OtherSources others, string networkName)
{
    /// <summary>What it has, as a node tells it.</summary>
    /// <exception cref="OperatorException">NotOnChain; NodeUnreachable where none tells it.</exception>
    internal async Task<SectorAtHead> ToldAsync(SectorId sector, CancellationToken cancellation)
    {
        try
        {
            return await OfAsync(node, sector, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (error.IsUntold)
        {
            if (others.Archive is not { } archive || await OfArchiveAsync(archive, sector, cancellation).ConfigureAwait(false) is not { } told)
            {
                throw;
            }

            return told;
        }
    }

    /// <summary>The same; but where no node tells it and the operator named other sources, these have to say everything.</summary>
    /// <exception cref="OperatorException">Likewise.</exception>
    internal async Task<SectorAtHead> FindAsync(SectorId sector, CancellationToken cancellation)
    {
        try
        {
            return await ToldAsync(sector, cancellation).ConfigureAwait(false);
        }
        catch (ChainCallException error) when (others.Named.Count > 0 && error.IsUntold)
        {
            return new SectorAtHead(sector, null, null, error.Message);
        }
    }

    private async Task<SectorAtHead?> OfArchiveAsync(FullNode archive, SectorId sector, CancellationToken cancellation)
    {
        try
        {
            return await OfAsync(archive, sector, cancellation).ConfigureAwait(false) with { Of = ArchiveNode.Of };
        }
        catch (ChainCallException error) when (error.IsUntold)
        {
            return null;
        }
    }

    private async Task<SectorAtHead> OfAsync(FullNode asked, SectorId sector, CancellationToken cancellation)
    {
        SectorOnChainInfo? proven = await asked.StateSectorGetInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false);
        return new SectorAtHead(
            sector, proven, proven is null ? await PreCommittedAsync(asked, sector, cancellation).ConfigureAwait(false) : null, null);
    }

    private async Task<SectorPreCommitOnChainInfo> PreCommittedAsync(FullNode asked, SectorId sector, CancellationToken cancellation) =>
        await asked.StateSectorPreCommitInfoAsync(sector, TipSetKey.Head, cancellation).ConfigureAwait(false)
            ?? throw new OperatorException(
                FailureKind.NotOnChain,
                $"{sector} is not on the network \"{networkName}\": it is neither pre-committed nor proven, or its pre-commit expired, or it ended and was removed",
                SectorLookup.NetworkHint);
}
