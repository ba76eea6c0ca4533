using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Repair;

namespace SealerRecover.Rendering;

/// <summary>What heal is about to do, in its order.</summary>
/// <param name="Plan">The plan.</param>
internal sealed record HealAnswer(HealPlan Plan) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        if (Plan.Steps.IsEmpty)
        {
            yield return new TextLine("nothing has to be made");
            yield break;
        }

        yield return new TextTable(
            ["sector", "due", "done about", "about", "memory", "temp disk", "storage path", "what is done"],
            [.. Plan.Steps.Select(step => (IReadOnlyList<string>)
            [
                step.Repair.Facts.Sector.ToString(),
                step.Due is { } due ? Quantities.Instant(due) : "-",
                Quantities.Instant(step.Done) + (step.IsLate ? " (!)" : ""),
                Quantities.Duration(step.Cost.Time),
                ByteCount.Text(step.Cost.Memory),
                ByteCount.Text(step.Cost.TempDisk),
                SafeText.Clean(step.Repair.StoragePath),
                RepairAnswer.InWords(step.Repair.Kind),
            ])]);
        yield return new TextLine(string.Create(
            CultureInfo.InvariantCulture,
            $"all of it about {Quantities.Duration(Plan.Done - Plan.Start)}, one after the other, without the disks; those that are due together share work and are done sooner"));
        if (Plan.Steps.Any(step => step.IsLate))
        {
            yield return new TextLine("(!) too late for its next deadline, by this estimate: its fault lasts at least a day longer");
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonHealPlan(
        [.. Plan.Steps.Select(step => new JsonHealStep(
            JsonSector.Of(step.Repair.Facts.Sector),
            step.Repair.StoragePath,
            step.Repair.Kind,
            step.Due is { } due ? JsonTime(due) : null,
            JsonTime(step.Done),
            step.IsLate,
            step.Cost.Time.TotalSeconds,
            step.Cost.Memory,
            step.Cost.TempDisk))],
        (Plan.Done - Plan.Start).TotalSeconds);

    private static string JsonTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>What lotus-miner was told.</summary>
/// <param name="Paths">Storage paths that it read again.</param>
/// <param name="Recoveries">Sectors whose recovery it was to declare.</param>
/// <param name="Messages">Messages by which it did.</param>
/// <param name="Failure">Why it did not; null if it did, or had nothing to.</param>
internal sealed record DeclaredAnswer(
    IReadOnlyList<JsonDeclaredPath> Paths, IReadOnlyList<ulong> Recoveries, IReadOnlyList<Cid> Messages, string? Failure) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        foreach (JsonDeclaredPath path in Paths)
        {
            yield return new StampedLine(path.Failure is { } why
                ? $"{path.StoragePath} is not declared: {why}"
                : $"lotus-miner has read {path.StoragePath} ({path.StorageId}) again and knows {Sectors(path.SectorNumbers)} there");
        }

        if (Failure is not null)
        {
            yield return new StampedLine($"the recovery of {Sectors(Recoveries)} is not declared: {Failure}");
        }
        else if (Recoveries.Count > 0)
        {
            yield return new StampedLine($"the recovery of {Sectors(Recoveries)} is declared by {string.Join(", ", Messages)}");
        }
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonDeclared(Paths, Recoveries, [.. Messages.Select(message => message.ToString())], Failure);

    private static string Sectors(IReadOnlyList<ulong> numbers) =>
        $"{(numbers.Count == 1 ? "sector" : "sectors")} {string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}";
}
