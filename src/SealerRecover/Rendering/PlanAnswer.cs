using System.Collections.Immutable;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Rendering;

/// <summary>What a recovery is about to do.</summary>
/// <param name="Sectors">The sectors.</param>
/// <param name="Settings">The operator's decisions.</param>
/// <param name="Needs">What it takes against what there is.</param>
internal sealed record PlanAnswer(IReadOnlyList<SectorFacts> Sectors, RecoverySettings Settings, RecoveryPlan Needs) : IAnswer
{
    private const int MostListed = 40;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        int count = Sectors.Count;
        yield return new TextLine(string.Create(
            CultureInfo.InvariantCulture,
            $"recovering {count} {(count == 1 ? "sector" : "sectors")}"));
        yield return new TextLine($"  result folder   {SafeText.Clean(Settings.ResultFolder)}");
        yield return new TextLine($"  temp folder     {SafeText.Clean(Settings.TempFolder)}");
        yield return new TextLine($"  parent caches   {SafeText.Clean(Settings.ParentCacheFolder)}");
        if (Needs.CoresInWords is { } cores)
        {
            yield return new TextLine($"  cores           {SafeText.Clean(cores)}");
        }

        if (Settings.Kernels.ToString() is { Length: > 0 } kernels)
        {
            yield return new TextLine($"  kernels         {kernels}, as asked; otherwise the fastest");
        }

        yield return new TextLine("");
        yield return new TextTable(
            ["sector", "seal proof", "ticket epoch", "holds", "SealedCID"],
            [.. Sectors.Take(MostListed).Select(Row)]);
        if (count > MostListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {count - MostListed} more"));
        }

        foreach (TextBlock block in PieceBlocks())
        {
            yield return block;
        }

        yield return new TextLine("");
        yield return new TextTable(
            ["resource", "needed", "available", ""],
            [.. Needs.Resources.Select(line => (IReadOnlyList<string>)
            [
                SafeText.Clean(line.What),
                Amount(line.Needed, line.IsBytes),
                line.Available is { } available ? Amount(available, line.IsBytes) : "unknown",
                line.Suffices ? "ok" : "TOO LITTLE",
            ])]);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonPlan(
        [.. Sectors.Select(facts => JsonSector.Of(facts.Sector))],
        Settings.ResultFolder,
        Settings.TempFolder,
        Settings.ParentCacheFolder,
        Settings.Parallel,
        Settings.Threads,
        Sectors.Any(facts => Settings.Of(facts).KeepAll == true),
        Settings.Kernels.Asked.Any() ? Settings.Kernels.Asked.ToDictionary(asked => asked.Kind.Name(), asked => asked.Name) : null,
        Needs.Cores is { } cores ? JsonCores.Of(cores) : null,
        Needs.CoresInWords,
        [.. Needs.Resources.Select(line =>
            new JsonResource(line.What, line.IsBytes ? Unit.Bytes : Unit.Count, line.Needed, line.Available, line.Suffices))],
        Settings.KeepUnsealed,
        Settings.PieceSources.IsEmpty ? null : [.. Settings.PieceSources.Select(source => source.Text)],
        Needs.Pieces.IsEmpty ? null : [.. Needs.Pieces.Select(piece => new JsonPlanPiece(
            JsonSector.Of(piece.Sector), piece.Piece.CommP.ToString(), piece.Piece.PaddedSize, piece.Seen?.Where, piece.IsMissing))]);

    // Where pieces seem to be; nothing where there are none.
    private IEnumerable<TextBlock> PieceBlocks()
    {
        ImmutableArray<PlannedPiece> pieces = Needs.Pieces;
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
                ByteCount.Text(piece.Piece.PaddedSize),
                piece.Sector.ToString(),
                piece.Seen is { } seen ? PiecesAnswer.Where(seen) : piece.IsMissing ? "NOWHERE" : "not all sources answered in time",
            ])]);
        if (pieces.Length > MostListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {pieces.Length - MostListed} more"));
        }

        int missing = pieces.Count(piece => piece.IsMissing);
        if (missing > 0)
        {
            string sources = Settings.PieceSources.IsEmpty
                ? "no piece source was given"
                : $"looked at {string.Join(", ", Settings.PieceSources.Select(source => SafeText.Clean(source.Text)))}";
            yield return new TextLine(
                $"  {PiecesAnswer.Count(missing)} missing, {sources}; the sectors are labelled all the same, and a rerun with another --piece-source goes on from there");
        }
    }

    /// <summary>"zeros", "3 pieces", "an update of 3 pieces", "data nobody tells the pieces of".</summary>
    private static string Holds(SectorFacts facts) => facts switch
    {
        { PiecesUntold: true } => facts.Update is null ? "data nobody tells the pieces of" : "an update nobody tells the pieces of",
        { Update.Data.Pieces: var pieces } => $"an update of {PiecesAnswer.Count(pieces.Length)}",
        { Data.Pieces: var pieces } => PiecesAnswer.Count(pieces.Length),
        _ => "zeros",
    };

    private static IReadOnlyList<string> Row(SectorFacts facts) =>
    [
        facts.Sector.ToString(),
        facts.SealProof.ToString(),
        facts.TicketEpoch?.ToString(CultureInfo.InvariantCulture) ?? "-",
        Holds(facts),
        (facts.Update?.SealedCid ?? facts.SealedCid).ToString(),
    ];

    private static string Amount(long value, bool isBytes) =>
        isBytes ? ByteCount.Text(value) : value.ToString(CultureInfo.InvariantCulture);
}
