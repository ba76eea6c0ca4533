using Filecoin.Chain.Messages;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Wire;

namespace Filecoin.Chain.Pieces;

/// <summary>
/// The claims of verified data that stand for the sector in the registry: a set without order, complete only if the sector holds nothing but
/// verified data whose claims have not ended.
/// </summary>
internal sealed class Claims(FullNode node, MinerAddress miner) : IPieceList
{
    /// <summary>Epochs after the proof in whose state its claims stand; some, so that null rounds do not matter.</summary>
    private const int SoonAfter = 20;

    private readonly Recent<long, ILookup<ulong, VerifiedClaim>> _recent = new(kept: 2);

    /// <inheritdoc/>
    public string Name => "the claims of verified data";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        if (question.Epoch is not { } epoch)
        {
            return PieceAnswer.Nothing(question.WithoutEpoch);
        }

        if (!question.ClaimsCanTell)
        {
            return PieceAnswer.Nothing("they do not stand for all of its data");
        }

        const long head = -1;
        IReadOnlyList<VerifiedClaim> claims = await OfSectorAsync(head, TipSetKey.Head).ConfigureAwait(false);
        if (claims.Count == 0)
        {
            TipSet after = await node.ChainGetTipSetByHeightAsync(epoch + SoonAfter, cancellation).ConfigureAwait(false);
            claims = await OfSectorAsync(after.Height, after.Key).ConfigureAwait(false);
        }

        return claims.Count == 0
            ? PieceAnswer.Nothing("none stands for it")
            : NamedPieces.Answer(
                [.. claims.Select(claim => new NamedPiece(claim.Data, claim.Size))],
                orderKnown: false,
                commD: null,
                "the claims of verified data that stand for the sector, in no order and possibly not all of it",
                question);

        async Task<IReadOnlyList<VerifiedClaim>> OfSectorAsync(long height, TipSetKey at) =>
            [.. (await _recent.GetAsync(height, () => AllAsync(at, cancellation)).ConfigureAwait(false))[question.Sector.Number]];
    }

    /// <summary>A large miner has a million claims, so the answer is sorted by sector once.</summary>
    private async Task<ILookup<ulong, VerifiedClaim>> AllAsync(TipSetKey at, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, VerifiedClaim> claims = await node.StateGetClaimsAsync(miner.Id, at, cancellation).ConfigureAwait(false);
        return claims.Values.Where(claim => claim.Provider == miner.Id.Value).ToLookup(claim => claim.Sector);
    }
}
