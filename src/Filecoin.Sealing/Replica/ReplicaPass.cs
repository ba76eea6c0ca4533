using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>Makes the nodes of a replica; from several threads at once.</summary>
/// <param name="offset">Where in the replica, in bytes.</param>
/// <param name="nodes">Receives the replica's nodes.</param>
/// <param name="data">Receives the data's nodes of the same place.</param>
internal delegate void ReplicaNodes(long offset, Span<byte> nodes, Span<byte> data);

/// <summary>What <see cref="ReplicaPass"/> makes and where.</summary>
/// <param name="Porep">Size and shape.</param>
/// <param name="Target">The replica. Appears whole or not at all.</param>
/// <param name="CacheFolder">Receives tree_r_last.</param>
/// <param name="Steps">Begins the names of the steps that are recorded.</param>
/// <param name="LowestRow">Lowest row of tree_r_last that is stored.</param>
/// <param name="PoseidonKernel">Name of the kernel; null for the best.</param>
/// <param name="TwoToOneKernel">Name of the kernel; null for the best.</param>
internal sealed record ReplicaPassJob(
    PorepParameters Porep, string Target, string CacheFolder, string Steps, int LowestRow, string? PoseidonKernel, string? TwoToOneKernel);

/// <summary>
/// One pass that makes a replica's nodes, writes them and builds tree_r_last over them and the commitment to the data, 1 MiB at a time on
/// all threads: nothing is read back. Memory: 2.2 MiB a thread and one node for each MiB. A finished base tree is recorded, with the part of
/// the replica under it; a later pass with the same log checks what was recorded and makes the rest.
/// </summary>
internal sealed class ReplicaPass : IDisposable
{
    private readonly ReplicaPassJob _job;
    private readonly ReplicaNodes _make;
    private readonly IStepLog _log;
    private readonly IProgress<SealProgress>? _progress;
    private readonly ParallelOptions _options;
    private readonly BaseTreeLayout _layout;
    private readonly PoseidonKernel _poseidon8;
    private readonly TwoToOneHash _twoToOne;
    private readonly ReplicaChunkPool _pool;
    private readonly PartialReplica _file;

    public ReplicaPass(
        ReplicaPassJob job, ReplicaNodes make, IStepLog log, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        _job = job;
        _make = make;
        _log = log;
        _progress = progress;
        _options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellation };
        _layout = BaseTreeLayout.For(job.Porep);
        _poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, job.PoseidonKernel);
        _twoToOne = TwoToOneHash.Create(job.TwoToOneKernel);
        _pool = new ReplicaChunkPool(BaseTreeBuilder.ChunkLeaves(_layout) * SectorSize.NodeBytes);
        _file = PartialReplica.Open(job.Target, job.Porep.SectorSize.Bytes);
    }

    private int Trees => _job.Porep.Shape.BaseTrees;

    private long TreeBytes => _layout.Leaves * SectorSize.NodeBytes;

    /// <summary>Makes what is missing and returns the roots of tree_r_last and tree_d.</summary>
    public (Bytes32 CommRLast, CommD CommD) Build()
    {
        Bytes32[] replicaRoots = new Bytes32[Trees];
        byte[] dataRoots = new byte[Trees * SectorSize.NodeBytes];
        for (int tree = 0; tree < Trees; tree++)
        {
            if (!TryRecall(tree, out replicaRoots[tree], out Bytes32 dataRoot))
            {
                (replicaRoots[tree], dataRoot) = BuildTree(tree);
            }

            dataRoot.CopyTo(dataRoots.AsSpan(tree * SectorSize.NodeBytes));
        }

        // The number of base trees is a power of two: their data's roots are a row of tree_d.
        return (TreeRoots.Join(_job.Porep.Shape, replicaRoots, _job.PoseidonKernel), new CommD(_twoToOne.Root(dataRoots)));
    }

    /// <summary>Gives the replica its name; all of it has been built.</summary>
    public void Publish() => _file.Publish();

    /// <summary>Forgets every base tree, because what they were made of was wrong.</summary>
    public void Forget()
    {
        for (int tree = 0; tree < Trees; tree++)
        {
            _log.Forget(ReplicaStep(tree));
            _log.Forget(TreeRLastStep(tree));
            _log.Forget(DataRootStep(tree));
        }
    }

    /// <summary>Closes; a replica that was not published stays for the next pass.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _pool.Dispose();
    }

    private string ReplicaStep(int tree) => ReplicaRecord.Part(_job.Steps, tree);

    private string TreeRLastStep(int tree) => FormattableString.Invariant($"{_job.Steps}-tree-r-last-{tree}");

    private string DataRootStep(int tree) => ReplicaRecord.DataRoot(_job.Steps, tree);

    private string TreePath(int tree) => Path.Combine(_job.CacheFolder, CacheNames.TreeRLast(_job.Porep.Shape, tree));

    /// <summary>Recalls a base tree whose file and whose part of the replica are what was recorded.</summary>
    private bool TryRecall(int tree, out Bytes32 replicaRoot, out Bytes32 dataRoot)
    {
        bool done = _log.TryGet(DataRootStep(tree), out FileDigest recordedRoot)
            & _log.TryGet(TreeRLastStep(tree), out FileDigest recordedTree)
            & _log.TryGet(ReplicaStep(tree), out FileDigest recordedReplica)
            && LayerFile.HasLength(TreePath(tree), recordedTree.Length)
            && SegmentDigests.OfFile(TreePath(tree)) == recordedTree
            && _file.DigestOf(tree * TreeBytes, TreeBytes, _options) == recordedReplica;
        dataRoot = recordedRoot.Digest;

        // The root is the last node of the file.
        replicaRoot = done ? new Bytes32(File.ReadAllBytes(TreePath(tree)).AsSpan(^Bytes32.Length..)) : default;
        return done;
    }

    private (Bytes32 Replica, Bytes32 Data) BuildTree(int tree)
    {
        int chunks = BaseTreeBuilder.Chunks(_layout);
        int chunkLeaves = BaseTreeBuilder.ChunkLeaves(_layout);
        int chunkBytes = chunkLeaves * SectorSize.NodeBytes;
        byte[] dataRoots = new byte[chunks * SectorSize.NodeBytes];
        SegmentDigests digests = new(TreeBytes);
        SealProgressCounter counter = new(_progress, SealPhase.Trees, tree + 1, Trees, _layout.Leaves);
        using TreeFile file = new(TreePath(tree), _layout, _job.LowestRow);
        BaseTreeBuilder builder = new(_poseidon8, _layout, file);
        Run.Parallel(chunks, _options, chunk => _pool.Use(buffers =>
        {
            long offset = (tree * TreeBytes) + ((long)chunk * chunkBytes);
            _make(offset, buffers.Nodes, buffers.Data);
            _file.WriteAt(offset, buffers.Nodes);
            digests.Set(chunk, buffers.Nodes);
            _twoToOne.Root(buffers.Data).CopyTo(dataRoots.AsSpan(chunk * SectorSize.NodeBytes));
            builder.Reduce(chunk, buffers.Nodes, buffers.Scratch, _ => _options.CancellationToken.ThrowIfCancellationRequested());
            counter.Add(chunkLeaves);
        }));

        Bytes32 replicaRoot = builder.Finish(_ => _options.CancellationToken.ThrowIfCancellationRequested());
        Bytes32 dataRoot = _twoToOne.Root(dataRoots);
        file.Publish();
        _file.Flush();
        _log.Record(DataRootStep(tree), new FileDigest(Bytes32.Length, dataRoot));
        _log.Record(TreeRLastStep(tree), SegmentDigests.OfFile(TreePath(tree)));
        _log.Record(ReplicaStep(tree), digests.ToFileDigest());
        return (replicaRoot, dataRoot);
    }
}
