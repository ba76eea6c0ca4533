using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Chain.Facts;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.PieceSources;

namespace SealerRecover.Rendering;

/// <summary>The pieces of a run in words.</summary>
internal static class PiecesText
{
    private const int MostListed = 40;

    /// <summary>"zeros", "3 pieces", "an update of 3 pieces", "data nobody tells the pieces of".</summary>
    public static string Holds(SectorFacts facts) => facts switch
    {
        { PiecesUntold: true } => facts.Update is null ? "data nobody tells the pieces of" : "an update nobody tells the pieces of",
        { Update.Data.Pieces: var pieces } => $"an update of {Count(pieces.Length)}",
        { Data.Pieces: var pieces } => Count(pieces.Length),
        _ => "zeros",
    };

    /// <summary>Where the pieces of a plan seem to be; nothing where there are none.</summary>
    public static IEnumerable<TextBlock> Of(RunPlan plan)
    {
        ImmutableArray<PlannedPiece> pieces = plan.Needs.Pieces;
        if (pieces.IsEmpty)
        {
            yield break;
        }

        // What is missing first: the rest takes care of itself.
        PlannedPiece[] ordered = [.. pieces.OrderBy(piece => piece.Seen is null ? 0 : 1)];
        yield return new TextLine("");
        yield return new TextTable(
            ["piece", "size", "for", "seems to be at"],
            [.. ordered.Take(MostListed).Select(piece => (IReadOnlyList<string>)
            [
                piece.Piece.CommP.ToString(),
                Quantities.Bytes(piece.Piece.PaddedSize),
                piece.Sector.ToString(),
                piece.Seen is { } seen ? Where(seen) : piece.IsMissing ? "NOWHERE" : "not all sources answered in time",
            ])]);
        if (pieces.Length > MostListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {pieces.Length - MostListed} more"));
        }

        int missing = pieces.Count(piece => piece.IsMissing);
        if (missing > 0)
        {
            string sources = plan.Settings.PieceSources.IsEmpty
                ? "no piece source was given"
                : $"looked at {string.Join(", ", plan.Settings.PieceSources.Select(source => SafeText.Clean(source.Text)))}";
            yield return new TextLine(
                $"  {Count(missing)} missing, {sources}; the sectors are labelled all the same, and a rerun with another --piece-source goes on from there");
        }
    }

    /// <summary>Where a piece seems to be, and how sure that is where it is no name that tells.</summary>
    public static string Where(PieceSighting seen) => SafeText.Clean(seen.Where) + seen.Evidence switch
    {
        SightingEvidence.Length => " (by its length alone)",
        SightingEvidence.Commitment => " (read and verified)",
        _ when seen.IsOutOfReach => " (out of reach from here)",
        _ => "",
    };

    /// <summary>"downloading piece baga… from http://…".</summary>
    public static string Doing(PieceProgress progress)
    {
        string from = progress.From.Length > 0 ? $" ({SafeText.Clean(progress.From)})" : "";
        string share = progress.Total > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {Math.Floor(100.0 * progress.Done / progress.Total):0}% of {Quantities.Bytes(progress.Total)}")
            : "";
        return $"{Word(progress.Activity)} piece {progress.Piece.CommP}{share}{from}";
    }

    private static string Word(PieceActivity activity) => activity switch
    {
        PieceActivity.Waiting => "waiting for another sector's",
        PieceActivity.Looking => "looking for",
        _ => Words.Of(activity),
    };

    private static string Count(int pieces) => pieces == 1 ? "1 piece" : string.Create(CultureInfo.InvariantCulture, $"{pieces} pieces");
}
