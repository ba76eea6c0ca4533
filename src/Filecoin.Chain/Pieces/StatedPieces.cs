namespace Filecoin.Chain;

/// <summary>The pieces that a source other than the chain named while it was asked how the sector was sealed.</summary>
internal sealed class StatedPieces : IPieceList
{
    /// <inheritdoc/>
    public string Name => "the sources named beside the node";

    /// <inheritdoc/>
    public Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation) =>
        Task.FromResult(question.Stated is { } stated ? PieceAnswer.Found(stated) : PieceAnswer.Nothing("none names its pieces"));
}
