using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Proofs;

namespace SealerRecover.Rendering;

/// <summary>What Commit 1 wrote.</summary>
/// <param name="Made">The output.</param>
internal sealed record Commit1Answer(Commit1Output Made) : IAnswer
{
    private Commit1Request Request => Made.Request;

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Request.Facts.Sector}: {Made.Counts.Total} challenges in {Made.Counts.Partitions} partitions opened, each opening checked"));
        yield return new TextLine($"  seed     {Request.Seed}");
        yield return new TextLine($"  file     {SafeText.Clean(Request.Output)}");
        yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  length   {Made.Length} bytes"));
        yield return new TextLine($"  SHA-256  {Made.Sha256}");
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonCommit1(
        JsonSector.Of(Request.Facts.Sector),
        Request.Seed.ToString(),
        Made.Counts.Partitions,
        Made.Counts.Total,
        Request.Output,
        Made.Length,
        Made.Sha256);
}
