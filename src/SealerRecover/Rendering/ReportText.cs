using System.Globalization;
using Filecoin.Primitives;

namespace SealerRecover.Rendering;

/// <summary>The closing report in words. Failures are a part of it: standard output alone tells the whole story.</summary>
internal static class ReportText
{
    /// <summary>The report as blocks.</summary>
    /// <param name="report">What happened.</param>
    /// <param name="verbose">Whether to show exceptions in full.</param>
    public static IEnumerable<TextBlock> Of(Report report, bool verbose)
    {
        if (report.Sectors.Count > 0)
        {
            yield return new TextLine("");
            yield return new TextTable(["sector", "result", "time", ""], [.. report.Sectors.Select(Row)]);
        }

        foreach (SectorReport sector in report.Sectors.Where(sector => sector.Failure is not null))
        {
            yield return new TextLine("");
            foreach (TextLine line in Explain(sector.Failure!, verbose))
            {
                yield return line;
            }
        }

        if (report.Failure is { } whole && !report.Stopped)
        {
            foreach (TextLine line in Explain(whole, verbose))
            {
                yield return line;
            }
        }

        if (report.FileNote is { } note)
        {
            yield return new TextLine("");
            yield return new TextLine(SafeText.Clean(note));
        }

        foreach (TextLine line in report.Next.SelectMany(Advise))
        {
            yield return line;
        }

        if (report.Stopped && report.GoOnWith is null)
        {
            yield return new TextLine("stopped before the end; nothing is left behind");
        }
        else if (report.GoOnWith is { } command)
        {
            yield return new TextLine("");
            yield return new TextLine("stopped; what is finished is kept. To go on, run the same command again:");
            yield return new TextLine("  " + SafeText.Clean(command));
        }

        if (report.Sectors.Count > 0)
        {
            yield return new TextLine("");
            yield return new TextLine(Sum(report));
        }
    }

    /// <summary>A failure's sentence, its evidence, causes and what is none, and the hint.</summary>
    public static IEnumerable<TextLine> Explain(Failure failure, bool verbose)
    {
        yield return new TextLine("error: " + SafeText.Clean(failure.Message));
        int width = failure.Evidence.IsEmpty ? 0 : failure.Evidence.Max(fact => fact.Name.Length);
        foreach (NamedFact fact in failure.Evidence)
        {
            yield return new TextLine($"  {fact.Name.PadRight(width)}  {SafeText.Clean(fact.Value)}");
        }

        for (int i = 0; i < failure.Causes.Length; i++)
        {
            yield return new TextLine(string.Create(CultureInfo.InvariantCulture, $"  likely cause {i + 1}: {SafeText.Clean(failure.Causes[i])}"));
        }

        foreach (string excluded in failure.Excluded)
        {
            yield return new TextLine("  excluded: " + SafeText.Clean(excluded));
        }

        yield return new TextLine("hint: " + SafeText.Clean(failure.Hint));
        if (verbose && failure.Trace.Length > 0)
        {
            foreach (string line in failure.Trace.Split('\n'))
            {
                yield return new TextLine("  " + SafeText.Clean(line.TrimEnd('\r')));
            }
        }
    }

    private static IReadOnlyList<string> Row(SectorReport sector) =>
    [
        sector.Sector.ToString(),
        Word(sector.Result),
        sector.Elapsed > TimeSpan.Zero ? Quantities.Duration(sector.Elapsed) : "-",
        sector switch
        {
            { Failure: { } failure } => failure.Exit.Name,
            { HowFar: { } howFar } => howFar,
            { Commitments: { } computed, SealedCid: { } expected } when computed.CommR == expected => $"CommR equals the SealedCID {expected}" + Proven(sector),
            _ => "",
        },
    ];

    private static string Proven(SectorReport sector) =>
        sector.ProvenNodes is { } nodes ? string.Create(CultureInfo.InvariantCulture, $"; {nodes} random nodes proven") : "";

    private static IEnumerable<TextLine> Advise(Advice advice, int index)
    {
        if (index == 0)
        {
            yield return new TextLine("");
            yield return new TextLine("next:");
        }

        yield return new TextLine("  " + SafeText.Clean(advice.Text));
        foreach (string command in advice.Commands)
        {
            yield return new TextLine("    " + SafeText.Clean(command));
        }
    }

    private static string Sum(Report report)
    {
        IEnumerable<string> counts = report.Sectors.CountBy(sector => sector.Result).OrderBy(entry => entry.Key)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {Word(entry.Key)}"));
        return $"{string.Join(", ", counts)} in {Quantities.Duration(report.Elapsed)}; exit code {report.Exit.Code} ({report.Exit.Name})";
    }

    private static string Word(SectorResult result) => result switch
    {
        SectorResult.Installed => "recovered",
        SectorResult.AlreadyThere => "already there",
        SectorResult.Exported => "exported",
        SectorResult.Listed => "listed",
        SectorResult.Unsealed => "unsealed",
        SectorResult.Good => "good",
        SectorResult.GoodSampled => "good where sampled",
        SectorResult.GoodUnread => "good, replica not read",
        SectorResult.Explained => "explained",
        SectorResult.Written => "written",
        SectorResult.Proven => "proven",
        SectorResult.Failed => "failed",
        SectorResult.Stopped => "stopped",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "a result without a word"),
    };
}
