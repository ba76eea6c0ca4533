using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Reconcile;

namespace SealerRecover.Rendering;

/// <summary>Where chain, index and storage paths disagree.</summary>
/// <param name="Found">About what.</param>
/// <param name="Miner">Whose sectors.</param>
/// <param name="OnChain">Sectors that the chain has; null where it was not asked.</param>
/// <param name="OnDisks">Sectors that storage paths have anything of.</param>
/// <param name="Indexes">Whose index was asked.</param>
internal sealed record ReconcileAnswer(IReadOnlyList<Discrepancy> Found, ActorId Miner, int? OnChain, int OnDisks, IReadOnlyList<string> Indexes) : IAnswer
{
    private string Asked => string.Create(
        CultureInfo.InvariantCulture,
        $"{(OnChain is { } live ? $"{live} sectors of {Miner} on chain" : $"the chain was not asked about {Miner}")}, {OnDisks} in storage paths{(Indexes.Count > 0 ? $"; index of {string.Join(" and ", Indexes)}" : "")}");

    /// <summary>That they disagree; null if they do not.</summary>
    public OperatorException? Complaint => Found.Count == 0 ? null : new OperatorException(
        FailureKind.SourcesDisagree,
        $"they disagree: {string.Join(", ", Found.CountBy(one => one.Kind).OrderBy(entry => entry.Key).Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value} {Word(entry.Key)}")))}",
        "Nothing was changed; docs/commands/reconcile.md says what each means and what to do.");

    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextLine(Asked);
        if (Found.Count == 0)
        {
            yield return new TextLine("they agree");
            yield break;
        }

        yield return new TextTable(
            ["sector", "what", "file", "path", "why"],
            [.. Found.Select(one => (IReadOnlyList<string>)
            [
                one.Sector?.ToString() ?? "-",
                Word(one.Kind),
                one.File ?? "-",
                SafeText.Clean(one.Path ?? "-"),
                SafeText.Clean(one.Why),
            ])]);
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonReconciliation(
        Miner.ToString(),
        OnChain,
        OnDisks,
        Indexes,
        [.. Found.Select(one => new JsonDiscrepancy(one.Kind, JsonSector.Of(one.Sector), one.File, one.Path, one.StorageId, one.Why))]);

    /// <summary>The rows as CSV (RFC 4180), headings first.</summary>
    public IEnumerable<string> Csv() => Found
        .Select(one => new[] { Words.Of(one.Kind), one.Sector?.Miner.ToString(), one.Sector?.Number.ToString(CultureInfo.InvariantCulture), one.File, one.Path, one.StorageId, one.Why })
        .Prepend(["kind", "miner", "sector", "file", "path", "storage_id", "why"])
        .Select(row => string.Join(',', row.Select(cell => Cell(cell ?? ""))));

    private static string Cell(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    private static string Word(DiscrepancyKind kind) => Words.Of(kind).Replace('_', ' ');
}
