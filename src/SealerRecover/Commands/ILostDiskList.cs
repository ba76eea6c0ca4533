using SealerRecover.Recovery;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Commands;

/// <summary>Where it is kept which sectors stood on disks that were lost.</summary>
internal interface ILostDiskList
{
    /// <summary>The file; null for none.</summary>
    string? Path { get; }

    /// <summary>What it has of earlier runs.</summary>
    IReadOnlyList<LostDisk> LostDisks { get; }

    /// <summary>Keeps more, at once.</summary>
    void Keep(IReadOnlyList<LostDisk> disks);
}

/// <summary>What a metadata file has of it, for commands that write none.</summary>
/// <param name="path">The file; null for none.</param>
internal sealed class ReadLostDisks(string? path) : ILostDiskList
{
    /// <inheritdoc/>
    public string? Path => path;

    /// <inheritdoc/>
    public IReadOnlyList<LostDisk> LostDisks { get; } = path is null ? [] : [.. MetadataFile.Read(path).LostOn];

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<LostDisk> disks)
    {
        // Only export writes metadata files.
    }
}
