using System.Text;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Metadata;

/// <summary>The content of a sectors-recovery-f0….json file.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="SectorSize">Size of all its sectors.</param>
/// <param name="Sectors">In file order, no number twice.</param>
public sealed record RecoveryMetadata(ActorId Miner, SectorSize SectorSize, IReadOnlyList<SectorFacts> Sectors)
{
    /// <summary>
    /// Numbers of the sectors whose ticket's epoch, and what they were sealed over, was cross-checked when it was written, as far as a file says so.
    /// </summary>
    public IReadOnlySet<ulong> Checked { get; init; } = new HashSet<ulong>();

    /// <summary>
    /// Numbers of sectors that a merge writes behind the others in the order in which they stand here, even where the file has them: their places
    /// there are those of a run on its way.
    /// </summary>
    public IReadOnlySet<ulong> GoLast { get; init; } = new HashSet<ulong>();

    /// <summary>Which sectors stood on disks that were lost, each storage path once.</summary>
    public IReadOnlyList<LostDisk> LostOn { get; init; } = [];
}

/// <summary>Reads and writes the metadata file of sealer-recover 1.x, with our optional fields. The format is in docs/formats.md.</summary>
public static class MetadataFile
{
    /// <summary>Reads and checks a file of any length, in one pass after another over it. Fields this version does not know are ignored.</summary>
    /// <exception cref="OperatorException">BadInput, naming the file, the sector and the field; Storage where it cannot be read.</exception>
    public static RecoveryMetadata Read(string path)
    {
        RefuseOtherThings(path);
        return Read(path, path, LinuxFileSystem.Instance);
    }

    /// <summary>
    /// Adds or replaces sectors in the file at <paramref name="path"/> (made if missing), atomically. Sectors already in the file
    /// stay where they are, with every field they have; one of the same number is replaced there; new ones follow in the order given. What was
    /// written is read again before it takes the place of what stands there.
    /// </summary>
    /// <exception cref="OperatorException">The existing file is unreadable or of another miner, or writing failed.</exception>
    public static RecoveryMetadata Merge(string path, RecoveryMetadata addition) => Merge(path, addition, LinuxFileSystem.Instance);

    /// <summary>What a file of these sectors would hold, as a text that <see cref="Parse"/> reads.</summary>
    public static string Text(RecoveryMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        using HeldFile held = new([]);
        MetadataWriter.Write(held, existing: null, metadata);
        return Encoding.UTF8.GetString(held.Content);
    }

    /// <summary>Reads and checks a text as <see cref="Text"/> makes it.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static RecoveryMetadata Parse(string name, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        using HeldFile held = new(Encoding.UTF8.GetBytes(text));
        return new MetadataReader(name, held).Read();
    }

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
        bool isNew = StorageFailure.Explain(path, () => FileLook.At(target)).Kind == FileKind.Missing;
        if (!isNew)
        {
            RefuseOtherThings(path);
        }

        return StorageFailure.Explain(path, () =>
        {
            using IOpenFile? there = isNew ? null : files.OpenToRead(target, inOrder: true);
            MetadataReader? existing = there is null ? null : new MetadataReader(path, there);
            if (existing is { Header: var header })
            {
                RefuseAnotherMiner(path, new RecoveryMetadata(header.Miner, header.SectorSize, []), addition);
            }

            return WriteDurably(path, target, existing, addition, files);
        });
    }

    private static RecoveryMetadata Read(string name, string path, IFileSystem files) => StorageFailure.Explain(name, () =>
    {
        using IOpenFile file = files.OpenToRead(path, inOrder: true);
        return new MetadataReader(name, file).Read();
    });

    private static void RefuseOtherThings(string path)
    {
        FileLook look = StorageFailure.Explain(path, () => FileLook.Through(Path.GetFullPath(path)));
        if (look.Kind != FileKind.File)
        {
            throw new OperatorException(
                FailureKind.BadInput,
                look.Kind == FileKind.Missing ? $"the metadata file {path} does not exist" : $"{path} is not a file",
                $"Give the path of a file that `{UserCommand.Export}` wrote.");
        }
    }

    private static string ResolveLink(string path) =>
        FileLook.At(path).Kind == FileKind.Link ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private static RecoveryMetadata WriteDurably(string name, string target, MetadataReader? existing, RecoveryMetadata addition, IFileSystem files)
    {
        RecoveryMetadata? merged = null;
        files.CreateFolder(Path.GetDirectoryName(target)!);
        NewFile.Write(
            files,
            target,
            temporary =>
            {
                using (IOpenFile file = files.CreateNew(temporary))
                {
                    MetadataWriter.Write(file, existing, addition);
                }

                merged = Read(name, temporary, files);
            },
            replaces: true);
        return merged!;
    }
}
