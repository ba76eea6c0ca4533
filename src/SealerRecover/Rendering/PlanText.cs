using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>What is shown before a recovery starts.</summary>
internal static class PlanText
{
    private const int MostSectorsListed = 40;

    /// <summary>The plan as blocks.</summary>
    public static IEnumerable<TextBlock> Of(RunPlan plan)
    {
        int count = plan.Sectors.Count;
        yield return new TextLine(string.Create(
            CultureInfo.InvariantCulture,
            $"recovering {count} {(count == 1 ? "sector" : "sectors")}"));
        yield return new TextLine($"  result folder   {SafeText.Clean(plan.Settings.ResultFolder)}");
        yield return new TextLine($"  temp folder     {SafeText.Clean(plan.Settings.TempFolder)}");
        yield return new TextLine($"  parent caches   {SafeText.Clean(plan.Settings.ParentCacheFolder)}");
        if (plan.Needs.CoresInWords is { } cores)
        {
            yield return new TextLine($"  cores           {SafeText.Clean(cores)}");
        }

        if (plan.Settings.Kernels.ToString() is { Length: > 0 } kernels)
        {
            yield return new TextLine($"  kernels         {kernels}, as asked; otherwise the fastest");
        }

        yield return new TextLine("");
        yield return new TextTable(
            ["sector", "seal proof", "ticket epoch", "holds", "SealedCID"],
            [.. plan.Sectors.Take(MostSectorsListed).Select(Row)]);
        if (count > MostSectorsListed)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  and {count - MostSectorsListed} more"));
        }

        foreach (TextBlock block in PiecesText.Of(plan))
        {
            yield return block;
        }

        yield return new TextLine("");
        yield return new TextTable(
            ["resource", "needed", "available", ""],
            [.. plan.Needs.Resources.Select(line => (IReadOnlyList<string>)
            [
                SafeText.Clean(line.What),
                Amount(line.Needed, line.IsBytes),
                line.Available is { } available ? Amount(available, line.IsBytes) : "unknown",
                line.Suffices ? "ok" : "TOO LITTLE",
            ])]);
    }

    private static IReadOnlyList<string> Row(SectorFacts facts) =>
    [
        facts.Sector.ToString(),
        facts.SealProof.ToString(),
        facts.TicketEpoch?.ToString(CultureInfo.InvariantCulture) ?? "-",
        PiecesText.Holds(facts),
        (facts.Update?.SealedCid ?? facts.SealedCid).ToString(),
    ];

    private static string Amount(long value, bool isBytes) =>
        isBytes ? ByteCount.Text(value) : value.ToString(CultureInfo.InvariantCulture);
}
