using Filecoin.Chain;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Metadata;

namespace SealerRecover.Recovery;

/// <summary>The content of a sectors-recovery-f0….json file.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="SectorSize">Size of all its sectors.</param>
/// <param name="Sectors">In file order, no number twice.</param>
public sealed record RecoveryMetadata(ActorId Miner, SectorSize SectorSize, IReadOnlyList<SectorFacts> Sectors)
{
    /// <summary>Numbers of the sectors whose ticket's epoch was cross-checked when it was written, as far as a file says so.</summary>
    public IReadOnlySet<ulong> CheckedEpochs { get; init; } = new HashSet<ulong>();

    /// <summary>Which sectors stood on disks that were lost, each storage path once.</summary>
    public IReadOnlyList<LostDisk> LostOn { get; init; } = [];
}

/// <summary>Reads and writes the metadata file of sealer-recover 1.x, with our optional fields. The format is in docs/formats.md.</summary>
public static class MetadataFile
{
    /// <summary>Longest file that is read, in bytes: some 200,000 sectors, far more than a miner loses.</summary>
    public const long MaxLength = 64L << 20;

    /// <summary>Reads and checks a file. Fields this version does not know are ignored.</summary>
    /// <exception cref="OperatorException">BadInput, naming the file, the sector and the field.</exception>
    public static RecoveryMetadata Read(string path) => MetadataReader.Read(path, ReadBytes(path)).Metadata;

    /// <summary>
    /// Adds or replaces sectors in the file at <paramref name="path"/> (made if missing), atomically. Sectors already in the file
    /// stay where they are, with every field they have; one of the same number is replaced there; new ones follow in the order given.
    /// </summary>
    /// <exception cref="OperatorException">The existing file is unreadable or of another miner, or writing failed.</exception>
    public static RecoveryMetadata Merge(string path, RecoveryMetadata addition) => Merge(path, addition, LinuxFileSystem.Instance);

    /// <summary>Refuses to put sectors of one miner into the file of another.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static void RefuseAnotherMiner(string path, RecoveryMetadata existing, RecoveryMetadata addition)
    {
        ArgumentNullException.ThrowIfNull(existing);
        ArgumentNullException.ThrowIfNull(addition);
        if (existing.Miner != addition.Miner || existing.SectorSize != addition.SectorSize)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{path} holds {existing.SectorSize} sectors of {existing.Miner}, "
                + $"so sectors of {addition.SectorSize} of {addition.Miner} do not go in",
                "Use one metadata file for each miner.");
        }
    }

    internal static RecoveryMetadata Merge(string path, RecoveryMetadata addition, IFileSystem files)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(addition);

        // A rename onto a link would replace the link; what is meant is the file it leads to.
        string target = StorageFailure.Explain(path, () => ResolveLink(Path.GetFullPath(path)));
        MetadataDocument? existing = FileLook.At(target).Kind == FileKind.Missing ? null : MetadataReader.Read(path, ReadBytes(path));
        if (existing is not null)
        {
            RefuseAnotherMiner(path, existing.Metadata, addition);
        }

        byte[] content = MetadataWriter.Write(existing, addition);
        RecoveryMetadata merged = MetadataReader.Read(path, content).Metadata;
        StorageFailure.Explain(path, () => WriteDurably(target, content, files));
        return merged;
    }

    private static byte[] ReadBytes(string path)
    {
        FileLook look = StorageFailure.Explain(path, () => FileLook.Through(Path.GetFullPath(path)));
        if (look.Kind != FileKind.File)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                look.Kind == FileKind.Missing ? $"the metadata file {path} does not exist" : $"{path} is not a file",
                "Give the path of a file that `sealer-recover export` wrote.");
        }

        if (look.Length > MaxLength)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                $"{path} has {look.Length} bytes; a metadata file has at most {MaxLength}",
                "Give the path of a file that `sealer-recover export` wrote.");
        }

        return StorageFailure.Explain(path, () => File.ReadAllBytes(path));
    }

    private static string ResolveLink(string path) =>
        FileLook.At(path).Kind == FileKind.Link ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static void WriteDurably(string target, byte[] content, IFileSystem files)
    {
        string folder = Path.GetDirectoryName(target)!;
        files.CreateFolder(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Path.GetRandomFileName()}");
        try
        {
            files.Write(temporary, content);
            files.Replace(temporary, target);
        }
        catch
        {
            files.TryDelete(temporary);
            throw;
        }

        files.SyncFolder(folder);
    }
}
