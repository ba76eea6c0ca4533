namespace EndToEnd;

/// <summary>Where a sector's files are in a storage path.</summary>
internal sealed record StoredSector(string Storage, string Name)
{
    /// <summary>The replica.</summary>
    public string Sealed => Path.Combine(Storage, "sealed", Name);

    /// <summary>A file of its cache folder; the folder for none.</summary>
    public string Cache(string file = "") => Path.Combine(Storage, "cache", Name, file);
}

/// <summary>What can happen to the files of a sector that are in their place.</summary>
internal static class SectorDamages
{
    private const string Tree = "sc-02-data-tree-r-last.dat";

    /// <summary>Each does its damage to a sector; another one is at hand whose files are good.</summary>
    public static readonly (string Name, Action<StoredSector, StoredSector> Do)[] All =
    [
        ("replica gone", (sector, _) => File.Delete(sector.Sealed)),
        ("one bit of the replica", (sector, _) => Workbench.Flip(sector.Sealed, new FileInfo(sector.Sealed).Length / 2)),
        ("replica cut off", (sector, _) => Cut(sector.Sealed)),
        ("tree gone", (sector, _) => File.Delete(sector.Cache(Tree))),
        ("one bit of the tree", (sector, _) => Workbench.Flip(sector.Cache(Tree), 40)),
        ("p_aux gone", (sector, _) => File.Delete(sector.Cache("p_aux"))),
        ("p_aux of another sector", (sector, other) => File.Copy(other.Cache("p_aux"), sector.Cache("p_aux"), overwrite: true)),
        ("cache folder gone", (sector, _) => Directory.Delete(sector.Cache(), recursive: true)),
        ("all gone", (sector, _) =>
        {
            File.Delete(sector.Sealed);
            Directory.Delete(sector.Cache(), recursive: true);
        }),
    ];

    private static void Cut(string path)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(file.Length - 512);
    }
}
