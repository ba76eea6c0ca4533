using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing;

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
    /// Name of the kernel that labels several sectors together; null for <see cref="LabelKernel"/>, and where that is null, too, for those
    /// that are best for the number of sectors.
    /// </summary>
    public string? ManyLabelKernel { get; init; }

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

/// <summary>What was written for one finished step; a resumed run trusts a file only if it still has this length and digest.</summary>
/// <param name="Length">Length in bytes.</param>
/// <param name="Digest">Segment digest: SHA-256 over the SHA-256 digests of the file's consecutive segments of 1 MiB (the last may be shorter).</param>
public readonly record struct FileDigest(long Length, Bytes32 Digest);

/// <summary>
/// The memory of finished steps. Step names are chosen by the sealing code ("layer-3", "tree-r-last-0"); an implementation makes a
/// recorded step survive a crash before <see cref="Record"/> returns, and is safe to call from several threads.
/// </summary>
public interface IStepLog
{
    /// <summary>The digest recorded for <paramref name="step"/>; false if the step has not finished.</summary>
    bool TryGet(string step, out FileDigest digest);

    /// <summary>Records <paramref name="step"/> as finished; replaces an earlier record.</summary>
    void Record(string step, FileDigest digest);

    /// <summary>Drops the record of a step whose file turned out to be damaged.</summary>
    void Forget(string step);
}

/// <summary>A phase of sealing, for progress.</summary>
public enum SealPhase
{
    /// <summary>Building the parent cache; nodes.</summary>
    BuildParents,

    /// <summary>Checking the parent cache against its digest; nodes.</summary>
    VerifyParents,

    /// <summary>Reading back and checking a layer that an earlier run finished; nodes.</summary>
    LoadLayer,

    /// <summary>Labelling one layer (PreCommit1); nodes.</summary>
    Label,

    /// <summary>Writing one layer to disk; nodes.</summary>
    WriteLayer,

    /// <summary>Hashing columns and building tree_c and tree_r_last (PreCommit2); nodes.</summary>
    Trees,

    /// <summary>Building tree_d (only when kept or when there is data); nodes.</summary>
    TreeD,

    /// <summary>Comparing, copying or renaming finished files; bytes.</summary>
    Install,

    /// <summary>Computing the commitment of data; raw bytes.</summary>
    HashPiece,

    /// <summary>Taking data out of a sealed or updated sector; raw bytes.</summary>
    Unseal,

    /// <summary>Proving challenged nodes (Commit 1), or looking at some nodes of a replica; nodes.</summary>
    VanillaProofs,

    /// <summary>Reading all layers for the labels that synthetic proofs open; nodes of all layers.</summary>
    GatherLabels,

    /// <summary>Opening all synthetic challenges; nodes.</summary>
    SyntheticProofs,

    /// <summary>Checking openings of what a sector that is not proven keeps for Commit 1; nodes.</summary>
    CheckOpenings,

    /// <summary>Checking the rows of tree_r_last files against each other; nodes.</summary>
    CheckTrees,

    /// <summary>Reading a replica to compare it with tree_r_last; nodes.</summary>
    CheckReplica,

    /// <summary>Computing the commitment of an unsealed copy; nodes.</summary>
    CheckData,
}

/// <summary>How far a phase is. Reported from any thread, a few times a second at most, and once at its end.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Step">1-based: layer or base tree within the phase; 1 where there is only one.</param>
/// <param name="Steps">How many of them there are.</param>
/// <param name="Done">Units done within this step.</param>
/// <param name="Total">Units in this step; nodes of 32 bytes unless the phase says otherwise.</param>
public readonly record struct SealProgress(SealPhase Phase, int Step, int Steps, long Done, long Total);

/// <summary>The commitments of a sealed sector.</summary>
/// <param name="CommD">Root of tree_d.</param>
/// <param name="CommC">Root of tree_c.</param>
/// <param name="CommRLast">Root of tree_r_last.</param>
/// <param name="CommR">Poseidon of comm_c and comm_r_last: the SealedCID.</param>
public sealed record SealedCommitments(CommD CommD, Bytes32 CommC, Bytes32 CommRLast, CommR CommR);
