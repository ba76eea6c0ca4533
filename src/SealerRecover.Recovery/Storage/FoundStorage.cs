namespace SealerRecover.Recovery.Storage;

/// <summary>What becomes of a storage path that was told.</summary>
public enum StorageVerdict
{
    /// <summary>It is here, and is looked at.</summary>
    Used,

    /// <summary>Its files are on another machine.</summary>
    OtherHost,

    /// <summary>It should be here and is not, or is empty: a disk that is lost or not mounted.</summary>
    NotThere,

    /// <summary>What is at its place here is not it.</summary>
    Unusable,
}

/// <summary>A storage path, put together of what all tell.</summary>
/// <param name="Id">The storage ID; null where nobody tells it.</param>
/// <param name="Path">The folder; null where nobody tells one.</param>
/// <param name="Urls">Where its files can be fetched.</param>
/// <param name="ToldBy">Who told, each once.</param>
/// <param name="Sectors">Sectors of which anything is told to be there; null where nobody tells.</param>
/// <param name="Verdict">What becomes of it.</param>
/// <param name="Reason">Half a sentence about it that says why it is left out; null for one that is used.</param>
/// <param name="Store">What its sectorstore.json says; null where it has none that can be used.</param>
public sealed record FoundStorage(
    string? Id, string? Path, IReadOnlyList<string> Urls, IReadOnlyList<StorageTeller> ToldBy, int? Sectors, StorageVerdict Verdict, string? Reason, SectorStore? Store);
