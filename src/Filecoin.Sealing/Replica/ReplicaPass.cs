using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Poseidon;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>Makes the nodes of a replica; from several threads at once.</summary>
/// <param name="offset">Where in the replica, in bytes.</param>
/// <param name="nodes">Receives the replica's nodes.</param>
/// <param name="data">Receives the data's nodes of the same place.</param>
internal delegate void ReplicaNodes(long offset, Span<byte> nodes, Span<byte> data);

/// <summary>What <see cref="ReplicaPass"/> makes and where.</summary>
/// <param name="Files">Reads and writes them.</param>
/// <param name="Porep">Size and shape.</param>
/// <param name="Target">The replica. Appears whole or not at all.</param>
/// <param name="CacheFolder">Receives tree_r_last.</param>
/// <param name="Steps">What the steps that are recorded are of.</param>
/// <param name="LowestRow">Lowest row of tree_r_last that is stored.</param>
/// <param name="PoseidonKernel">Name of the kernel; null for the best.</param>
/// <param name="TwoToOneKernel">Name of the kernel; null for the best.</param>
internal sealed record ReplicaPassJob(
    IFileSystem Files,
    PorepParameters Porep,
    string Target,
    string CacheFolder,
    StepsOf Steps,
    int LowestRow,
    string? PoseidonKernel,
    string? TwoToOneKernel);

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
    private readonly ITreeCores _cores;
    private readonly IProgress<SealProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly BaseTreeLayout _layout;
    private readonly PoseidonKernel _poseidon8;
    private readonly ReplicaChunkPool _pool;
    private readonly RecordedReplica _replica;

    public ReplicaPass(
        ReplicaPassJob job, ReplicaNodes make, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        _job = job;
        _make = make;
        _log = log;
        _cores = cores;
        _progress = progress;
        _cancellation = cancellation;
        _layout = BaseTreeLayout.For(job.Porep);
        _poseidon8 = PoseidonKernel.Create(TreeShape.BaseArity, job.PoseidonKernel);
        _pool = new ReplicaChunkPool(BaseTreeBuilder.ChunkLeaves(_layout) * SectorSize.NodeBytes);
        _replica = new RecordedReplica(
            job.Files, job.Target, job.Porep, log, job.Steps, TwoToOneHash.Create(job.TwoToOneKernel), cores.Most, cancellation);
    }

    private int Trees => _job.Porep.Shape.BaseTrees;

    /// <summary>Makes what is missing and returns the roots of tree_r_last and tree_d.</summary>
    public (Bytes32 CommRLast, CommD CommD) Build()
    {
        Bytes32[] roots = Undoubted.Each(
            Trees,
            [_poseidon8],
            tree => SealSteps.IsRecorded(_job.Files, _log, TreeRLastStep(tree), TreePath(tree)) && _replica.TryRecall(tree)
                ? TreeFile.ReadRoot(_job.Files, TreePath(tree))
                : BuildTree(tree),
            tree => _log.Forget(TreeRLastStep(tree)));
        return (TreeRoots.Join(_job.Porep.Shape, roots, _job.PoseidonKernel), _replica.CommD);
    }

    /// <summary>Gives the replica its name; all of it has been built.</summary>
    public void Publish() => _replica.Publish();

    /// <summary>Forgets every base tree, because what they were made of was wrong.</summary>
    public void Forget()
    {
        _replica.Forget();
        for (int tree = 0; tree < Trees; tree++)
        {
            _log.Forget(TreeRLastStep(tree));
        }
    }

    /// <summary>Closes; a replica that was not published stays for the next pass.</summary>
    public void Dispose()
    {
        _replica.Dispose();
        _pool.Dispose();
    }

    private SealStep TreeRLastStep(int tree) => SealSteps.TreeRLast(tree) with { Of = _job.Steps };

    private string TreePath(int tree) => Path.Combine(_job.CacheFolder, CacheNames.TreeRLast(_job.Porep.Shape, tree));

    private Bytes32 BuildTree(int tree)
    {
        int chunkLeaves = BaseTreeBuilder.ChunkLeaves(_layout);
        SealProgressCounter counter = new(_progress, SealPhase.Trees, tree + 1, Trees, _layout.Leaves, kernel: _poseidon8.Name, of: _job.Steps);
        using TreeFile file = new(_job.Files, TreePath(tree), _layout, _job.LowestRow);
        BaseTreeBuilder builder = new(_poseidon8, _layout, file);
        _replica.Begin(tree);
        Run.InOrder(BaseTreeBuilder.Chunks(_layout), _cores, "replica", MakeChunk, _cancellation);
        Bytes32 root = builder.Finish(_ => _cancellation.ThrowIfCancellationRequested());
        file.Publish();
        _replica.Record();
        _log.Record(TreeRLastStep(tree), SegmentDigests.OfFile(_job.Files, TreePath(tree)));
        return root;

        void MakeChunk(int chunk) => _pool.Use(buffers =>
        {
            long offset = ((tree * _layout.Leaves) + ((long)chunk * chunkLeaves)) * SectorSize.NodeBytes;
            _make(offset, buffers.Nodes, buffers.Data);
            _replica.Take(offset, chunk, buffers.Nodes, buffers.Data);
            builder.Reduce(chunk, buffers.Nodes, buffers.Scratch, _ => _cancellation.ThrowIfCancellationRequested());
            counter.Add(chunkLeaves);
        });
    }
}
