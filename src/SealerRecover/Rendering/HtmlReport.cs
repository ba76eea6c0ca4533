using System.Globalization;
using System.Net;
using System.Text;
using Filecoin.Primitives;
using SealerRecover.Recovery.Latency;

namespace SealerRecover.Rendering;

/// <summary>A sector on a page.</summary>
/// <param name="Report">How it ended.</param>
/// <param name="Latency">How long its files took to read; null where nothing was timed.</param>
/// <param name="StoragePaths">Where it has files.</param>
internal sealed record HtmlSector(SectorReport Report, SectorLatency? Latency, IReadOnlyList<string> StoragePaths)
{
    /// <summary>What its cell looks like.</summary>
    public HtmlState State => Report.Result switch
    {
        SectorResult.Failed => HtmlState.Wrong,
        _ when Latency is { IsSlow: true } => HtmlState.Slow,
        SectorResult.Proven or SectorResult.Good => HtmlState.Good,
        _ => HtmlState.Unread,
    };
}

/// <summary>What a cell looks like.</summary>
internal enum HtmlState
{
    /// <summary>All is well.</summary>
    Good,

    /// <summary>Nothing speaks against it as far as it was read.</summary>
    Unread,

    /// <summary>Right, but slow.</summary>
    Slow,

    /// <summary>Damaged, missing, or nothing could be said.</summary>
    Wrong,
}

/// <summary>
/// Sectors and storage paths as one page for browsers, which needs nothing from elsewhere and runs nothing: a cell a sector under each storage
/// path, a bar a storage path, and the table behind both. Well-formed XML; everything that is not ours is encoded.
/// </summary>
/// <param name="Command">The command that found all this.</param>
/// <param name="At">When.</param>
/// <param name="Sectors">The sectors, in the order of the report.</param>
/// <param name="Latency">How long reading took.</param>
internal sealed record HtmlReport(string Command, DateTimeOffset At, IReadOnlyList<HtmlSector> Sectors, LatencyAnswer Latency)
{
    /// <summary>What no bar is shorter than: bars grow with the logarithm of the time, from here to the longest.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromMicroseconds(10);

    private static readonly (HtmlState State, string Class, string Mark, string Word)[] States =
    [
        (HtmlState.Wrong, "wrong", "×", "damaged, incomplete or unknown"),
        (HtmlState.Slow, "slow", "!", "slow"),
        (HtmlState.Unread, "unread", "·", "good as far as it was read"),
        (HtmlState.Good, "good", "", "good"),
    ];

    /// <summary>The page.</summary>
    public override string ToString()
    {
        StringBuilder page = new();
        string title = $"sealer-recover {Command}: {string.Join(", ", Sectors.Select(sector => sector.Report.Sector.Miner).Distinct())}";
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <title>{Safe(title)}</title>
            <style>{Style}</style>
            </head>
            <body>
            <h1>{Safe(title)}</h1>
            <p>{Safe(Quantities.Instant(At))}. {Safe(Counts())}</p>

            """);
        Legend(page);
        Map(page);
        Bars(page);
        Table(page);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private string Counts() => string.Join(", ", Sectors.CountBy(sector => sector.Report.Result).OrderBy(entry => entry.Key)
        .Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {ReportAnswer.Word(entry.Key)}")).DefaultIfEmpty("no sectors"));

    private void Legend(StringBuilder page)
    {
        page.Append("<p class=\"legend\">");
        foreach ((HtmlState state, string name, string mark, string word) in States)
        {
            page.Append(CultureInfo.InvariantCulture, $"<span><i class=\"cell {name}\">{mark}</i> {Safe(word)} ({Sectors.Count(sector => sector.State == state)})</span> ");
        }

        page.Append("</p>\n");
    }

    private void Map(StringBuilder page)
    {
        page.Append("<h2>Storage paths and sectors</h2>\n");
        foreach (string path in Sectors.SelectMany(sector => sector.StoragePaths).Distinct().Order(StringComparer.Ordinal))
        {
            Cells(page, path, [.. Sectors.Where(sector => sector.StoragePaths.Contains(path))]);
        }

        HtmlSector[] nowhere = [.. Sectors.Where(sector => sector.StoragePaths.Count == 0)];
        if (nowhere.Length > 0)
        {
            Cells(page, "in no storage path", nowhere);
        }
    }

    private static void Cells(StringBuilder page, string heading, HtmlSector[] sectors)
    {
        page.Append(CultureInfo.InvariantCulture, $"<h3>{Safe(heading)} <small>{sectors.Length}</small></h3>\n<div class=\"map\">");
        foreach (HtmlSector sector in sectors)
        {
            (_, string name, string mark, string word) = Array.Find(States, known => known.State == sector.State);
            string label = $"{sector.Report.Sector}: {word}";
            page.Append(CultureInfo.InvariantCulture, $"<a class=\"cell {name}\" href=\"#{IdOf(sector)}\" title=\"{Safe(label)}\" aria-label=\"{Safe(label)}\">{mark}</a>");
        }

        page.Append("</div>\n");
    }

    private void Bars(StringBuilder page)
    {
        if (Latency.Paths.Count == 0)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"<h2>{Safe(char.ToUpperInvariant(Latency.Title[0]) + Latency.Title[1..])}</h2>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>In full colour: half within; paler: 99 % within; palest: the longest. The line is the limit, {Safe(Quantities.Latency(Latency.Book.Limit))}. Bars grow with the logarithm of the time.</p>\n");
        TimeSpan most = Latency.Paths.Select(path => path.Times.Worst).Append(Latency.Book.Limit).Max();
        foreach (PathLatency path in Latency.Paths)
        {
            string words = $"{path.StoragePath}: half within {Quantities.Latency(path.Times.Median)}, 99 % within {Quantities.Latency(path.Times.P99)}, longest {Quantities.Latency(path.Times.Worst)}";
            page.Append(CultureInfo.InvariantCulture, $"""
                <p class="bar">{Safe(words)}
                <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{Safe(words)}"><rect class="worst" height="10" width="{Share(path.Times.Worst, most)}"/><rect class="p99" height="10" width="{Share(path.Times.P99, most)}"/><rect class="half" height="10" width="{Share(path.Times.Median, most)}"/><rect class="limit" height="10" width="0.4" x="{Share(Latency.Book.Limit, most)}"/></svg></p>

                """);
        }

        page.Append("<ul>");
        foreach (string line in Latency.Caches.Concat(Latency.Verdicts))
        {
            page.Append(CultureInfo.InvariantCulture, $"<li>{Safe(line)}</li>");
        }

        page.Append("</ul>\n");
        Rows(page, LatencyAnswer.Headings, Latency.Rows.Select(row => ("", row)));
    }

    private void Table(StringBuilder page)
    {
        page.Append("<h2>Sectors</h2>\n");
        Rows(
            page,
            ["sector", "result", "longest", "half within", "all in turn", "deadline", "storage paths", ""],
            Sectors.Select(sector => (IdOf(sector), (IReadOnlyList<string>)
            [
                sector.Report.Sector.ToString(),
                ReportAnswer.Word(sector.Report.Result) + (sector.State == HtmlState.Slow ? ", slow" : ""),
                sector.Latency is { } read ? Quantities.Latency(read.Steps.Worst) : "-",
                sector.Latency is { } half ? Quantities.Latency(half.Steps.Median) : "-",
                sector.Latency is { } all ? Quantities.Latency(all.Total) : "-",
                sector.Latency?.Place is { } place ? string.Create(CultureInfo.InvariantCulture, $"{place.Deadline}/{place.Partition}") : "-",
                string.Join(", ", sector.StoragePaths),
                sector.Report.Failure?.Message ?? (sector.Latency is { IsSlow: true } slow ? LatencyAnswer.Longest(slow, Latency.Of) : sector.Report.HowFar ?? ""),
            ])));
    }

    private static void Rows(StringBuilder page, IReadOnlyList<string> headings, IEnumerable<(string Id, IReadOnlyList<string> Cells)> rows)
    {
        page.Append("<div class=\"wide\"><table>\n<thead><tr>").AppendJoin("", headings.Select(heading => $"<th scope=\"col\">{Safe(heading)}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach ((string id, IReadOnlyList<string> cells) in rows)
        {
            page.Append(id.Length > 0 ? $"<tr id=\"{id}\">" : "<tr>").AppendJoin("", cells.Select(cell => $"<td>{Safe(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static string IdOf(HtmlSector sector) => sector.Report.Sector.FileName;

    /// <summary>Control characters written out, then what HTML has a meaning for.</summary>
    private static string Safe(string text) => WebUtility.HtmlEncode(SafeText.Clean(text));

    private static string Share(TimeSpan time, TimeSpan most)
    {
        double share = time <= Least ? 0 : Math.Log(time / Least) / Math.Log(most / Least);
        return (100 * Math.Clamp(share, 0, 0.996)).ToString("0.##", CultureInfo.InvariantCulture);
    }

    private const string Style = """

        :root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --faint: #d8dee4; --good: #2da44e; --unread: #9bbf9f; --slow: #d4a72c; --wrong: #cf222e; --bar: #0969da; }
        @media (prefers-color-scheme: dark) { :root { --back: #0d1117; --text: #e6edf3; --faint: #30363d; --good: #3fb950; --unread: #2b5a35; --slow: #d29922; --wrong: #f85149; --bar: #58a6ff; } }
        body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; } small { opacity: .7; font-weight: normal; }
        .legend span { margin-right: 1rem; white-space: nowrap; }
        .map { display: flex; flex-wrap: wrap; gap: 2px; }
        .cell { display: inline-block; vertical-align: middle; width: 16px; height: 16px; border-radius: 3px; font: bold 12px/16px monospace; text-align: center; text-decoration: none; color: #000; }
        .good { background: var(--good); } .unread { background: var(--unread); } .slow { background: var(--slow); } .wrong { background: var(--wrong); color: #fff; }
        .bar { margin: .6rem 0; } svg { display: block; width: 100%; height: 12px; background: var(--faint); }
        .half { fill: var(--bar); } .p99 { fill: var(--bar); opacity: .6; } .worst { fill: var(--bar); opacity: .3; } .limit { fill: var(--wrong); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 14px; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--faint); min-width: 4rem; } th { white-space: nowrap; } tr:target { outline: 2px solid var(--bar); }

        """;
}
