using Filecoin.Primitives;
using SealerRecover.Recovery.Storage;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>The sentences by which a sector is refused for what stands, or cannot be changed, where its files go.</summary>
/// <param name="resultFolder">Where the sector goes.</param>
/// <param name="sector">The sector.</param>
internal sealed class TargetRefusals(string resultFolder, SectorId sector)
{
    /// <summary>Said of what is found before work begins.</summary>
    public const string NothingComputed = "nothing was computed";

    private const string SameAgain = "then run the same command again";

    /// <summary>Something else stands there, and nobody asked to move it aside.</summary>
    public OperatorException Exists(string path, string complaint) => new(
        FailureKind.TargetExists,
        $"{sector}: {path} already exists and {complaint}",
        $"Choose another {Setting.ResultFolder}, or repeat with {Setting.Force} to move it to "
        + $"{Path.Combine(resultFolder, ResultLayout.OwnFolder, "replaced")}.");

    /// <summary>The storage path does not take such files, by its own sectorstore.json.</summary>
    public OperatorException NotTaken(string why) => new(
        FailureKind.BadInput,
        $"{sector}: the storage path {resultFolder} {why}; {NothingComputed}",
        $"Name a storage path that takes it, or change {SectorStore.PathIn(resultFolder)} as Lotus and Curio read it.");

    /// <summary>sealed/, cache/ and their like are of all sectors, and a link that leads nowhere may lead to a disk that is not mounted.</summary>
    public OperatorException SharedFolder(string path, string why) => new(
        FailureKind.TargetExists,
        $"{sector}: {path}, where files of all sectors belong, {why}; {NothingComputed}",
        $"Mount or repair what it is or leads to; if that is gone for good, rename it (mv {path} {path}.old), {SameAgain}.");

    /// <summary>What stands there would have to be moved aside and cannot be.</summary>
    public OperatorException CannotBeMoved(string path, string complaint, string why) => new(
        FailureKind.Storage,
        $"{sector}: {path} {complaint}, and cannot be moved aside: {why}",
        $"Take the protection off, give this user write permission there, or move it away yourself, {SameAgain}.");

    /// <summary>A file has to go into a folder that takes none.</summary>
    public OperatorException CannotBeMade(string path, string why) => new(
        FailureKind.Storage,
        $"{sector}: {path} cannot be made: {why}; {NothingComputed}",
        $"Take the protection off or give this user write permission there, {SameAgain}.");

    /// <summary>A link in the result folder leads to another disk, which nothing can be renamed to.</summary>
    public OperatorException OtherFileSystem(string path) => new(
        FailureKind.TargetExists,
        $"{sector}: {path} is on another file system than {resultFolder}, where it would have to be made; {NothingComputed}",
        $"Let a link not lead out of the result folder, or name the folder that is on that disk as the storage path or as {Setting.ResultFolder}.");
}
