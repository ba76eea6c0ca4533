using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Jobs;

/// <summary>One sector to seal and where its files go while that happens. Nothing outside these paths is touched.</summary>
public sealed record SealJob
{
    /// <summary>What is sealed.</summary>
    public required ReplicaInputs Inputs { get; init; }

    /// <summary>An existing folder owned by this job: layers, trees, p_aux and t_aux are made here.</summary>
    public required string CacheFolder { get; init; }

    /// <summary>The replica, on the same file system as <see cref="CacheFolder"/>. Appears whole or not at all.</summary>
    public required string SealedFile { get; init; }

    /// <summary>
    /// The data. PreCommit1 does not need it, since labels follow from its commitment alone; PreCommit2 does, unless it is zeros.
    /// </summary>
    public ISectorData? Data { get; init; }

    /// <summary>Whether there is anything but zeros; zeros leave the last layer as it is, so that it is the replica.</summary>
    public bool HasData => Inputs.CommD != ZeroCommitments.ForSector(Inputs.Porep.SectorSize);

    /// <summary>Keep the layers and write tree_c and tree_d, as rust-fil-proofs leaves a cache folder after PreCommit2.</summary>
    public bool KeepAll { get; init; }

    /// <summary>
    /// comm_c, where it is known: from a p_aux whose CommR is the chain's. Then labels are all that has to be made again: no columns are
    /// hashed, no layer but the last is needed, and each is dropped when the next is on disk. Whoever sets it compares CommR all the same.
    /// Of no use with <see cref="KeepAll"/>.
    /// </summary>
    public Bytes32? KnownCommC { get; init; }

    /// <summary>Whether the last layer is all that trees and replica are made from.</summary>
    public bool NeedsOnlyLastLayer => KnownCommC is not null && !KeepAll;

    /// <summary>Lowest rows of tree_r_last that are not stored; null for the default of 2. Never more than leave the top row.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Threads that write and read back layers while labelling; labelling itself takes one, or those of <see cref="LabelCores"/>.</summary>
    public int LayerThreads { get; init; } = 2;

    /// <summary>The cores that label this sector together; null for one thread that may run anywhere.</summary>
    public LabelCores? LabelCores { get; init; }

    /// <summary>Name of the label kernel to use; null for the best on this machine.</summary>
    public string? LabelKernel { get; init; }

    /// <summary>
    /// Name of the kernel that labels a batch this sector is in; null for <see cref="LabelKernel"/>, and where that is null, too, for those
    /// that are best for the number of sectors.
    /// </summary>
    public string? BatchLabelKernel { get; init; }

    /// <summary>Name of the Poseidon kernel to use; null for the best on this machine.</summary>
    public string? PoseidonKernel { get; init; }

    /// <summary>Name of the two-to-one hash that makes tree_d; null for the best on this machine.</summary>
    public string? TwoToOneKernel { get; init; }

    /// <summary>Reads and writes all files of the job.</summary>
    public IFileSystem Files { get; init; } = LinuxFileSystem.Instance;

    /// <summary>
    /// Told, one sentence at a time and from any thread, what went wrong and was put right, such as a layer made again; null if nobody wants
    /// to know.
    /// </summary>
    public Action<string>? Notice { get; init; }

    /// <summary>The cache path that t_aux names; the folder the files will be installed to.</summary>
    public required string CachePathInTAux { get; init; }
}
