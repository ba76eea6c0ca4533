namespace Filecoin.Chain.Pieces;

/// <summary>
/// The pieces that a source other than the chain named while it was asked how the sector was sealed. Asked first for lists that need no other:
/// in their order, and giving the CommD that is known; and again, for all others, after the node's own.
/// </summary>
/// <param name="onlyWhole">Whether for the former alone.</param>
internal sealed class StatedPieces(bool onlyWhole) : IPieceList
{
    /// <inheritdoc/>
    public string Name => "the sources named beside the node";

    /// <inheritdoc/>
    public Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation) => Task.FromResult(
        question.Stated is not { } stated ? PieceAnswer.Nothing("none names its pieces")
        : onlyWhole && !question.IsStatedWhole ? PieceAnswer.Nothing("the pieces that they name are not all in order")
        : PieceAnswer.Found(stated));
}
