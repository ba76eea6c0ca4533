using Filecoin.Chain;
using Filecoin.Primitives;

namespace SealerRecover.Recovery;

/// <summary>The content of a sectors-recovery-f0….json file.</summary>
/// <param name="Miner">The miner.</param>
/// <param name="SectorSize">Size of all its sectors.</param>
/// <param name="Sectors">In file order, no number twice.</param>
public sealed record RecoveryMetadata(ActorId Miner, SectorSize SectorSize, IReadOnlyList<SectorFacts> Sectors);

/// <summary>Reads and writes the metadata file of sealer-recover 1.x, with our optional fields. The format is in docs/formats.md.</summary>
public static class MetadataFile
{
    /// <summary>Reads and checks a file.</summary>
    /// <exception cref="OperatorException">BadInput, naming the file, the sector and the field.</exception>
    public static RecoveryMetadata Read(string path) => throw new NotImplementedException();

    /// <summary>Adds or replaces sectors in the file at <paramref name="path"/> (made if missing), atomically.</summary>
    /// <exception cref="OperatorException">The existing file is unreadable or of another miner, or writing failed.</exception>
    public static RecoveryMetadata Merge(string path, RecoveryMetadata addition) => throw new NotImplementedException();
}
