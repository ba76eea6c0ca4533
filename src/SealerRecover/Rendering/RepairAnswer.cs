using System.Text.Json;
using SealerRecover.Recovery.Repair;

namespace SealerRecover.Rendering;

/// <summary>What sectors are mended from.</summary>
/// <param name="Repairs">Each sector's way.</param>
internal sealed record RepairAnswer(IReadOnlyList<SectorRepair> Repairs) : IAnswer
{
    /// <inheritdoc/>
    public IEnumerable<TextBlock> Blocks()
    {
        yield return new TextLine("");
        yield return new TextTable(
            ["sector", "storage path", "what is done"],
            [.. Repairs.Select(repair => (IReadOnlyList<string>)
                [repair.Facts.Sector.ToString(), SafeText.Clean(repair.StoragePath), InWords(repair.Kind)])]);
    }

    /// <inheritdoc/>
    public string Json(string time) => JsonSerializer.Serialize(
        new JsonRepairs(
            "repairs",
            time,
            [.. Repairs.Select(repair => new JsonRepair(
                new JsonSector(repair.Facts.Sector.Miner.ToString(), repair.Facts.Sector.Number), repair.StoragePath, Name(repair.Kind)))]),
        JsonLines.Default.JsonRepairs);

    private static string Name(RepairKind kind) => kind switch
    {
        RepairKind.FromReplica => "from_replica",
        RepairKind.FromUpdate => "from_update",
        RepairKind.FromKey => "from_key",
        RepairKind.Labels => "labels",
        _ => "everything",
    };

    private static string InWords(RepairKind kind) => kind switch
    {
        RepairKind.FromReplica => "the replica is read and checked; what is missing or damaged beside it is made of it",
        RepairKind.FromUpdate => "the update is read and checked; its key is made of it and of the pieces",
        RepairKind.FromKey => "the key is read and checked; the update is made of it and of the pieces",
        RepairKind.Labels => "labels, the replica and its tree are made; p_aux spares the columns",
        _ => "everything is made; what stands is compared with it",
    };
}
