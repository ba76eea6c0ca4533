using Filecoin.Chain.Nodes;

namespace Filecoin.Chain.Pieces;

/// <summary>A list asked of the archive node, and called so.</summary>
internal sealed class ArchivedPieces(IPieceList list) : IPieceList
{
    /// <inheritdoc/>
    public string Name => $"{list.Name}{ArchiveNode.Of}";

    /// <inheritdoc/>
    public async Task<PieceAnswer> FindAsync(PieceQuestion question, CancellationToken cancellation)
    {
        PieceAnswer answer = await list.FindAsync(question, cancellation).ConfigureAwait(false);
        return answer.Data is { } data ? PieceAnswer.Found(data with { Source = $"{data.Source}, as the archive node has it" }) : answer;
    }
}
