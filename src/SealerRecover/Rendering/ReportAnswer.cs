using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Hosting;

namespace SealerRecover.Rendering;

/// <summary>The closing report. Failures are a part of it: standard output alone tells the whole story.</summary>
/// <param name="Report">What happened.</param>
/// <param name="Verbose">Whether to show exceptions in full.</param>
internal sealed record ReportAnswer(Report Report, bool Verbose) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        if (Report.Sectors.Count > 0)
        {
            yield return new TextLine("");
            yield return new TextTable(["sector", "result", "time", ""], [.. Report.Sectors.Select(Row)]);
        }

        foreach (SectorReport sector in Report.Sectors.Where(sector => sector.Failure is not null))
        {
            yield return new TextLine("");
            foreach (TextLine line in Explain(sector.Failure!, Verbose))
            {
                yield return line;
            }
        }

        if (Report.Failure is { } whole && !Report.Stopped)
        {
            foreach (TextLine line in Explain(whole, Verbose))
            {
                yield return line;
            }
        }

        if (Report.FileNote is { } note)
        {
            yield return new TextLine("");
            yield return new TextLine(SafeText.Clean(note));
        }

        foreach (TextLine line in Report.Next.SelectMany(Advise))
        {
            yield return line;
        }

        if (Report.Stopped && Report.GoOnWith is null)
        {
            yield return new TextLine("stopped before the end; nothing is left behind");
        }
        else if (Report.GoOnWith is { } command)
        {
            yield return new TextLine("");
            yield return new TextLine("stopped; what is finished is kept. To go on, run the same command again:");
            yield return new TextLine("  " + SafeText.Clean(command));
        }

        if (Report.Sectors.Count > 0)
        {
            yield return new TextLine("");
            yield return new TextLine(Sum());
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonReport(
        Report.Command,
        ProgramVersion.Text,
        Report.Exit.Code,
        Report.Exit.Name,
        Seconds(Report.Elapsed),
        [.. Report.Sectors.Select(sector => Line(sector, Verbose))],
        Report.Failure is { } whole ? Line(whole, Verbose) : null,
        Report.File,
        [.. Report.Next.Select(advice =>
            new JsonAdvice(advice.Text, advice.Commands, advice.Before is { } before ? Quantities.Iso(before) : null, WorthAnswer.Atto(advice.Send)))],
        Report.GoOnWith);

    /// <summary>The end of a sector in JSON.</summary>
    public static JsonSectorEnded Line(SectorReport sector, bool verbose) => new(
        JsonSector.Of(sector.Sector),
        sector.Result,
        sector.SealedCid?.ToString(),
        sector.Commitments?.CommD.ToString(),
        sector.Commitments?.CommR.ToString(),
        sector.Commitments?.CommC.ToString(),
        sector.Commitments?.CommRLast.ToString(),
        sector.Files,
        Seconds(sector.Elapsed),
        sector.ProvenNodes,
        sector.BlockChance,
        sector.Failure is { } failure ? Line(failure, verbose) : null);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    /// <summary>A failure in JSON.</summary>
    public static JsonFailure Line(Failure failure, bool verbose) => new(
        failure.Exit.Code,
        failure.Exit.Name,
        failure.Message,
        failure.Hint,
        failure.Evidence.IsEmpty ? null : failure.Evidence.ToDictionary(fact => fact.Name, fact => fact.Value),
        failure.Causes.IsEmpty ? null : failure.Causes,
        failure.Excluded.IsEmpty ? null : failure.Excluded,
        verbose && failure.Trace.Length > 0 ? failure.Trace : null);

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

    private string Sum()
    {
        IEnumerable<string> counts = Report.Sectors.CountBy(sector => sector.Result).OrderBy(entry => entry.Key)
            .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {Word(entry.Key)}"));
        return $"{string.Join(", ", counts)} in {Quantities.Duration(Report.Elapsed)}; exit code {Report.Exit.Code} ({Report.Exit.Name})";
    }

    /// <summary>How a sector ended, for people.</summary>
    public static string Word(SectorResult result) => result switch
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
