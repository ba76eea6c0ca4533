using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Proofs.Synthetic;

namespace Filecoin.Sealing.PreCommit;

/// <summary>What sealing one sector takes, in bytes unless said otherwise. Upper bounds.</summary>
/// <param name="LabelMemory">Native memory while labelling: two layers, the parent window and buffers.</param>
/// <param name="TreeMemory">Memory while building trees.</param>
/// <param name="TempDisk">Peak size of the job's folder: layers, trees that are written, replica.</param>
/// <param name="ResultDisk">What is left to install.</param>
/// <param name="ParentCacheDisk">Size of the parent cache file, shared by all sectors of one seal proof.</param>
/// <param name="OpenFiles">File handles open at once.</param>
public sealed record SealResources(
    long LabelMemory, long TreeMemory, long TempDisk, long ResultDisk, long ParentCacheDisk, int OpenFiles)
{
    private const long Slack = 64L << 20;

    /// <summary>The needs of one sector.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="keepAll">As <see cref="Jobs.SealJob.KeepAll"/>.</param>
    /// <param name="hasData">Whether the sector has data, so that the replica is a file of its own.</param>
    /// <param name="parentWindowNodes">Nodes of the parent cache held in memory at once.</param>
    /// <param name="treeThreads">Threads building trees.</param>
    /// <param name="onlyLastLayer">As <see cref="Jobs.SealJob.NeedsOnlyLastLayer"/>: a layer goes when the next is on disk.</param>
    /// <param name="synthetic">
    /// Whether synthetic proofs are made: of layers and trees, which are there until then, and stay where <paramref name="keepAll"/> says so.
    /// </param>
    /// <param name="poseidonKernel">Name of the Poseidon kernel; null for the best.</param>
    public static SealResources For(
        PorepParameters porep,
        bool keepAll,
        bool hasData,
        int parentWindowNodes,
        int treeThreads,
        bool onlyLastLayer = false,
        bool synthetic = false,
        string? poseidonKernel = null)
    {
        ArgumentNullException.ThrowIfNull(porep);
        long size = porep.SectorSize.Bytes;
        long parentWindow = 2L * parentWindowNodes * StackedGraph.Degree * sizeof(uint);

        // One chunk of nodes per thread: every layer's segment, columns, replica, and less than two more for rows and preimages; see PreCommit2.
        // A kernel with large batches wants more preimages.
        long preimages = (long)PoseidonKernel.BatchHashesOf(porep.Layers, poseidonKernel) * porep.Layers * SectorSize.NodeBytes;
        long treeChunk = ((porep.Layers + 4L) << 20) + (preimages > 1 << 20 ? preimages : 0);

        // Rows of a base tree above the leaves add up to less than a seventh; only tree_c keeps its leaves.
        long treeRLast = (size / 7 / 64) + Slack / 64;
        long layers = (onlyLastLayer ? 2 : porep.Layers) * size;
        bool allAtFirst = keepAll || synthetic;
        long replica = hasData || allAtFirst ? size : 0;
        long kept = allAtFirst ? (2 * size) + size + (size / 7) : 0;
        long proofs = synthetic ? SyntheticForm.Of(porep).FileLength : 0;
        long treeMemory = Math.Max(treeThreads * treeChunk, synthetic ? SyntheticProofs.MemoryFor(porep, treeThreads) : 0);
        return new SealResources(
            LabelMemory: (2 * size) + parentWindow + Slack,
            TreeMemory: treeMemory + Slack,
            TempDisk: layers + replica + kept + treeRLast + proofs,
            ResultDisk: size + treeRLast + (keepAll ? layers + kept : 0) + proofs,
            ParentCacheDisk: porep.Nodes * StackedGraph.Degree * sizeof(uint),
            OpenFiles: porep.Layers + (2 * porep.Shape.BaseTrees) + 16);
    }

    /// <summary>The needs of building tree_r_last over a replica that is there.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="treeThreads">Threads building trees.</param>
    /// <param name="synthetic">Whether synthetic proofs are made, too, of layers that stand.</param>
    public static SealResources ForTrees(PorepParameters porep, int treeThreads, bool synthetic = false)
    {
        ArgumentNullException.ThrowIfNull(porep);
        const long treeChunk = 3L << 20;
        long disk = (porep.SectorSize.Bytes / 7 / 64) + (Slack / 64) + (synthetic ? SyntheticForm.Of(porep).FileLength : 0);
        return new SealResources(
            LabelMemory: 0,
            TreeMemory: Math.Max(treeThreads * treeChunk, synthetic ? SyntheticProofs.MemoryFor(porep, treeThreads) : 0) + Slack,
            TempDisk: disk,
            ResultDisk: disk,
            ParentCacheDisk: 0,
            OpenFiles: (2 * porep.Shape.BaseTrees) + porep.Layers + 16);
    }

    /// <summary>The needs of putting data into a sector that is there, or taking it out again; labelling is not among them.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="keepAll">As <see cref="Update.UpdateJob.KeepAll"/>.</param>
    /// <param name="pieceFiles">Files the data is read from.</param>
    /// <param name="treeThreads">Threads building trees.</param>
    public static SealResources ForUpdate(PorepParameters porep, bool keepAll, int pieceFiles, int treeThreads)
    {
        ArgumentNullException.ThrowIfNull(porep);
        long size = porep.SectorSize.Bytes;

        // Nodes, data and its raw form, and an eighth of that for rows.
        const long treeChunk = 4L << 20;
        long treeRLast = (size / 7 / 64) + (Slack / 64);
        long disk = size + treeRLast + (keepAll ? 2 * size : 0);
        return new SealResources(
            LabelMemory: 0,
            TreeMemory: (treeThreads * treeChunk) + Slack,
            TempDisk: disk,
            ResultDisk: disk,
            ParentCacheDisk: 0,
            OpenFiles: pieceFiles + 16);
    }
}
