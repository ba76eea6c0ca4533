using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Pieces;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Rendering;

/// <summary>A piece in its place and where it seems to be.</summary>
/// <param name="Placed">The piece.</param>
/// <param name="Sightings">The places; null where nobody looked.</param>
internal readonly record struct FoundPiece(PlacedPiece Placed, ImmutableArray<PieceSighting>? Sightings);

/// <summary>The pieces of a sector.</summary>
/// <param name="Contents">What it holds.</param>
/// <param name="Pieces">Its pieces in their order, zeros included.</param>
internal sealed record PiecesAnswer(SectorContents Contents, IReadOnlyList<FoundPiece> Pieces) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        if (!Contents.HoldsData)
        {
            yield return new TextLine($"{Contents.Sector} ({Contents.Size}) holds zeros{(Contents.IsUpdate ? " since its update" : "")}: no pieces are needed");
            yield break;
        }

        yield return new TextLine(
            $"{Contents.Sector} ({Contents.Size}) {(Contents.IsUpdate ? "was updated with" : "was sealed over")} {Count(Contents.Needed.Count())}");
        yield return new TextLine($"  pieces from  {SafeText.Clean(Contents.Source)}");
        yield return new TextLine($"  order        {OrderInWords()}");
        yield return new TextLine($"  CommD        {CommDInWords()}");
        yield return new TextTable(["offset", "padded size", "piece", "found"], [.. Pieces.Select(Row)]);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonPieces(
        JsonSector.Of(Contents.Sector),
        Contents.Size.Bytes,
        Contents.IsUpdate,
        Contents.HoldsData,
        Contents.Source,
        Contents.Order,
        Contents.ToldCommD?.ToString(),
        Contents.ComputedCommD.ToString(),
        Contents.Agrees,
        [.. Pieces.Select(piece => new JsonPiece(
            piece.Placed.Piece.CommP.ToString(),
            piece.Placed.Piece.PaddedSize,
            piece.Placed.Piece.UnpaddedSize,
            Contents.Order == OrderKnowledge.Unknown ? null : piece.Placed.Offset,
            piece.Placed.IsZeros,
            piece.Sightings?.Select(sighting => new JsonSighting(
                sighting.Source?.Text, sighting.Where, sighting.Length, sighting.Evidence, sighting.IsOutOfReach ? true : null)).ToArray()))]);

    /// <summary>Where a piece seems to be, and how sure that is where it is no name that tells.</summary>
    public static string Where(PieceSighting seen) => SafeText.Clean(seen.Where) + seen.Evidence switch
    {
        SightingEvidence.Length => " (by its length alone)",
        SightingEvidence.Commitment => " (read and verified)",
        _ when seen.IsOutOfReach => " (out of reach from here)",
        _ => "",
    };

    /// <summary>"1 piece", "2 pieces".</summary>
    public static string Count(int pieces) => pieces == 1 ? "1 piece" : string.Create(CultureInfo.InvariantCulture, $"{pieces} pieces");

    private string OrderInWords() => Contents.Order switch
    {
        OrderKnowledge.Given => "as listed there",
        OrderKnowledge.Found => "not listed there; this one gives CommD",
        _ => "not known, so offsets are not either",
    };

    private string CommDInWords() => (Contents.Agrees, Contents.Order) switch
    {
        (true, _) => $"{Contents.ToldCommD}, which the pieces give",
        (null, OrderKnowledge.Unknown) => "not known",
        (null, _) => $"{Contents.ComputedCommD} by the pieces; nothing to compare it with",
        (_, OrderKnowledge.Unknown) => $"{Contents.ToldCommD}, which no order of the pieces was found to give",
        _ => $"{Contents.ToldCommD}, but the pieces give {Contents.ComputedCommD}",
    };

    private IReadOnlyList<string> Row(FoundPiece piece) =>
    [
        Contents.Order == OrderKnowledge.Unknown ? "?" : piece.Placed.Offset.ToString(CultureInfo.InvariantCulture),
        ByteCount.Text(piece.Placed.Piece.PaddedSize),
        piece.Placed.IsZeros ? "zeros" : piece.Placed.Piece.CommP.ToString(),
        piece.Sightings switch
        {
            null => "",
            [] => "nowhere",
            { } seen => string.Join(", ", seen.Select(Where)),
        },
    ];
}
