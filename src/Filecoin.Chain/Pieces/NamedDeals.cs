namespace Filecoin.Chain.Pieces;

/// <summary>The deals that the chain's state names for the sector: in its pre-commit, or, from nodes that tell it, in its own record.</summary>
internal sealed class NamedDeals(Deals deals) : IPieceList
{
    /// <inheritdoc/>
    public string Name => "the market's deals";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation) => question.DealIds.Count == 0
        ? PieceAnswer.Nothing($"{question.DealsNamedBy} names none")
        : await deals.FindAsync(
            question.DealIds, question, $"the deals that {question.DealsNamedBy} names, in its order", cancellation).ConfigureAwait(false);
}
