using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Resources;
using SealerRecover.Recovery.Unsealing;

namespace SealerRecover.Rendering;

/// <summary>What unseal is about to do.</summary>
/// <param name="Plan">The plan.</param>
internal sealed record UnsealPlanAnswer(UnsealPlan Plan) : IAnswer
{
    private UnsealRequest Request => Plan.Request;

    /// <summary>A sentence about the file that was written.</summary>
    public static string Outcome(UnsealRequest request) => string.Create(
        CultureInfo.InvariantCulture,
        $"{request.Output} holds {request.Range.RawLength} raw bytes of {request.Facts.Sector}")
        + (request.Range.Piece is { } piece
            ? $", whose commitment is {piece.CommP} as it has to be"
            : "; no commitment to just this range is known, so it was not checked");

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Request.Facts.Sector}: {ByteCount.Text(Request.Range.RawLength)} from raw byte {Request.Range.RawOffset} out of "
            + $"{SafeText.Clean(Request.From)} into {SafeText.Clean(Request.Output)}"));
        yield return new TextLine("key: " + SafeText.Clean(Plan.Key switch
        {
            KeyOrigin.None => "none is needed, the data was never sealed or is unsealed already",
            KeyOrigin.SealedFile => $"the sealed file {Request.SealedFile}",
            KeyOrigin.CacheFolder => $"the last layer in {Request.CacheFolder}",
            KeyOrigin.EarlierRun => $"labels that an earlier run left in {Plan.LabelFolder}",
            _ => $"made again by labelling (PreCommit1) in {Plan.LabelFolder}",
        }));
        yield return Table(Plan.Resources);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonUnsealPlan(
        JsonSector.Of(Request.Facts.Sector),
        Request.From,
        Request.Output,
        Request.Range.RawOffset,
        Request.Range.RawLength,
        Request.Range.Piece?.CommP.ToString(),
        Plan.Key,
        Plan.LabelFolder,
        Lines(Plan.Resources));

    /// <summary>What unsealing takes against what there is.</summary>
    public static TextTable Table(IReadOnlyList<ResourceLine> resources) => new(
        ["", "needed", "available", ""],
        [.. resources.Select(line => (IReadOnlyList<string>)
        [
            SafeText.Clean(line.What),
            ByteCount.Text(line.Needed),
            line.Available is { } available ? ByteCount.Text(available) : "not known",
            line.Suffices ? "" : "too little",
        ])]);

    /// <summary>The same in JSON.</summary>
    public static IReadOnlyList<JsonResource> Lines(IReadOnlyList<ResourceLine> resources) =>
        [.. resources.Select(line => new JsonResource(line.What, Unit.Bytes, line.Needed, line.Available, line.Suffices))];
}
