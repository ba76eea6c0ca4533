namespace SealerRecover.Recovery.Storage;

/// <summary>Who tells of storage paths.</summary>
public enum StorageTeller
{
    /// <summary>A running lotus-miner: StorageLocal and StorageList.</summary>
    LotusMiner,

    /// <summary>The repository of a lotus-miner or of a worker: storage.json.</summary>
    LotusRepository,

    /// <summary>The repository of a Curio node: storage.json.</summary>
    CurioRepository,

    /// <summary>Curio's database: storage_path.</summary>
    CurioDatabase,
}

/// <summary>A storage path as one of them tells it.</summary>
/// <param name="Teller">Who.</param>
/// <param name="Id">The storage ID; null where it is not told.</param>
/// <param name="Path">The folder on the machine of who tells, absolute; null where it is not told.</param>
/// <param name="Urls">Where its files can be fetched.</param>
/// <param name="Sectors">Sectors of which anything is told to be there; null where that is not told.</param>
public sealed record ToldStorage(StorageTeller Teller, string? Id, string? Path, IReadOnlyList<string> Urls, int? Sectors);

/// <summary>One who was asked, or could be.</summary>
/// <param name="Teller">What it is.</param>
/// <param name="Name">What it is called in sentences: its address, or its file.</param>
/// <param name="Paths">What it tells; nothing where it could not be asked.</param>
/// <param name="Failure">Why it tells nothing; null where it was asked, whatever it told.</param>
public sealed record AskedTeller(StorageTeller Teller, string Name, IReadOnlyList<ToldStorage> Paths, string? Failure);
