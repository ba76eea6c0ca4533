using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Storage;

/// <summary>
/// What a storage path takes, as the sectorstore.json in it says (lotus storage/sealer/storiface/storage.go LocalStorageMeta; Curio has the same).
/// Fields that it lacks are as Go leaves them: no, zero, empty. Names of fields are read in any case, as Go reads them.
/// </summary>
public sealed record SectorStore
{
    /// <summary>The file in a storage path.</summary>
    public const string FileName = "sectorstore.json";

    /// <summary>More than any list of miners needs.</summary>
    private const int Longest = 1 << 20;

    /// <summary>The storage ID, a UUID as Lotus makes it; any text, since Lotus takes any.</summary>
    [JsonPropertyName("ID")]
    public string Id { get; init; } = "";

    /// <summary>How much more readily it is chosen than others with as much room; 0 for one that is chosen last.</summary>
    public ulong Weight { get; init; }

    /// <summary>Whether sectors are sealed there.</summary>
    public bool CanSeal { get; init; }

    /// <summary>Whether finished sectors are kept there.</summary>
    public bool CanStore { get; init; }

    /// <summary>The most bytes that all in it may take; 0 for no limit.</summary>
    public ulong MaxStorage { get; init; }

    /// <summary>Groups that it belongs to; only moves between paths ask for them.</summary>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Groups that what is in it may be moved to; none for all.</summary>
    public IReadOnlyList<string>? AllowTo { get; init; }

    /// <summary>Kinds of files that may be put there, by the names of their folders; none for all.</summary>
    public IReadOnlyList<string>? AllowTypes { get; init; }

    /// <summary>Kinds of files that may not.</summary>
    public IReadOnlyList<string>? DenyTypes { get; init; }

    /// <summary>Miners whose sectors may be put there, as ID addresses; none for all.</summary>
    public IReadOnlyList<string>? AllowMiners { get; init; }

    /// <summary>Miners whose sectors may not.</summary>
    public IReadOnlyList<string>? DenyMiners { get; init; }

    /// <summary>Where the file of a storage path is.</summary>
    public static string PathIn(string storagePath) => Path.Combine(storagePath, FileName);

    /// <summary>What the file of a storage path says; null where there is none, or it cannot be used.</summary>
    /// <param name="storagePath">The storage path.</param>
    /// <param name="trouble">Half a sentence about the file that says why it cannot be used; null where there is none, or it can.</param>
    public static SectorStore? Read(string storagePath, out string? trouble)
    {
        string path = PathIn(storagePath);
        trouble = null;
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind == FileKind.Missing)
            {
                return null;
            }

            if (look.Kind != FileKind.File || look.Length > Longest)
            {
                trouble = look.Kind == FileKind.File ? "is longer than 1 MiB" : "is no file";
                return null;
            }

            if (JsonSerializer.Deserialize(File.ReadAllBytes(path), StorageJson.Default.SectorStore) is { Id: not null } store)
            {
                return store;
            }

            trouble = "holds no object";
        }
        catch (JsonException failure)
        {
            trouble = $"cannot be read as JSON: {SafeText.Short(failure.Message)}";
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            trouble = $"cannot be read: {SafeText.Short(failure.Message)}";
        }

        return null;
    }

    /// <summary>Why finished files of a sector may not be put there; null if they may. Half a sentence about the storage path.</summary>
    /// <param name="miner">Whose sector.</param>
    /// <param name="areas">Which of its files.</param>
    internal string? Refusal(ActorId miner, IEnumerable<InstallArea> areas) =>
        !CanStore ? "is not for finished sectors (CanStore is false)"
        : RefusalOf(miner) ?? areas.Select(ResultLayout.NameOf).FirstOrDefault(name => !Takes(name)) switch
        {
            null => null,
            string name when DenyTypes?.Contains(name, StringComparer.Ordinal) == true => $"takes no {name} files (DenyTypes)",
            string name => $"takes no {name} files (AllowTypes is {string.Join(", ", AllowTypes!.Select(SafeText.Short))})",
        };

    private string? RefusalOf(ActorId miner) =>
        AllowMiners is { Count: > 0 } && RefusalBy(AllowMiners, "AllowMiners", miner, isIn: false) is { } notAllowed ? notAllowed
        : DenyMiners is { Count: > 0 } ? RefusalBy(DenyMiners, "DenyMiners", miner, isIn: true)
        : null;

    // An entry that is no ID address lets Lotus put nothing there at all.
    private static string? RefusalBy(IReadOnlyList<string> list, string field, ActorId miner, bool isIn)
    {
        foreach (string entry in list)
        {
            if (!Address.TryParse(entry, out Address? address) || address.ActorId is not { } listed)
            {
                return $"takes no sectors, since {field} names \"{SafeText.Short(entry)}\", which is no miner's number as f01000";
            }

            if (listed == miner)
            {
                return isIn ? $"takes no sectors of {miner} ({field})" : null;
            }
        }

        return isIn ? null : string.Create(CultureInfo.InvariantCulture, $"takes no sectors of {miner} ({field} is {string.Join(", ", list.Take(5))})");
    }

    // Names that Lotus does not know it passes over; a list of nothing else allows nothing.
    private bool Takes(string name) =>
        (AllowTypes is not { Count: > 0 } || AllowTypes.Contains(name, StringComparer.Ordinal)) && DenyTypes?.Contains(name, StringComparer.Ordinal) != true;
}
