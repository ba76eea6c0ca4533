using System.Globalization;
using Filecoin.Primitives;
using SealerRecover.Recovery.Repair;

namespace SealerRecover.Rendering;

/// <summary>What sectors are mended from.</summary>
/// <param name="Repairs">Each sector's way, and what it takes.</param>
internal sealed record RepairAnswer(IReadOnlyList<(SectorRepair Repair, RepairCost Cost)> Repairs) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextTable(
            ["sector", "storage path", "about", "of full sealing", "memory", "temp disk", "what is done"],
            [.. Repairs.Select(entry => (IReadOnlyList<string>)
            [
                entry.Repair.Facts.Sector.ToString(),
                SafeText.Clean(entry.Repair.StoragePath),
                Quantities.Duration(entry.Cost.Time),
                entry.Cost.OfFullSealing.ToString("0 %", CultureInfo.InvariantCulture),
                ByteCount.Text(entry.Cost.Memory),
                ByteCount.Text(entry.Cost.TempDisk),
                InWords(entry.Repair.Kind),
            ])]);
        yield return new TextLine("times are estimated for each sector by itself, from a short measurement of this machine, without its disks");
    }

    /// <inheritdoc/>
    public JsonLine Json => new JsonRepairs(
        [.. Repairs.Select(entry => new JsonRepair(
            JsonSector.Of(entry.Repair.Facts.Sector),
            entry.Repair.StoragePath,
            entry.Repair.Kind,
            entry.Cost.Time.TotalSeconds,
            entry.Cost.OfFullSealing,
            entry.Cost.Memory,
            entry.Cost.TempDisk))]);

    /// <summary>What is made of what.</summary>
    public static string InWords(RepairKind kind) => kind switch
    {
        RepairKind.FromReplica => "the replica is read and checked; what is missing or damaged beside it is made of it",
        RepairKind.FromUpdate => "the update is read and checked; its key is made of it and of the pieces",
        RepairKind.FromKey => "the key is read and checked; the update is made of it and of the pieces",
        RepairKind.Labels => "labels, the replica and its tree are made; p_aux spares the columns",
        RepairKind.Everything => "everything is made; what stands is compared with it",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a repair without words"),
    };
}
