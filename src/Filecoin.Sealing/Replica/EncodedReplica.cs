using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// The replica of a sector with data while PreCommit2 makes it, base tree by base tree, with the root of the data under each: once all are
/// there, they tell whether the data was what CommD says, without another pass over it. What is recorded survives a stop.
/// </summary>
internal sealed class EncodedReplica : IDisposable
{
    private readonly SealJob _job;
    private readonly IStepLog _log;
    private readonly int _threads;
    private readonly CancellationToken _cancellation;
    private readonly BaseTreeLayout _layout;
    private readonly TwoToOneHash _hash;
    private readonly PartialReplica _file;
    private readonly byte[] _treeRoots;
    private byte[] _chunkRoots = [];
    private SegmentDigests? _digests;
    private int _tree;

    /// <summary>Starts or goes on with a replica.</summary>
    /// <param name="job">What and where.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="threads">Threads for reading back what is there.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public EncodedReplica(SealJob job, IStepLog log, int threads, CancellationToken cancellation)
    {
        _job = job;
        _log = log;
        _threads = threads;
        _cancellation = cancellation;
        _layout = BaseTreeLayout.For(job.Inputs.Porep);
        _hash = TwoToOneHash.Create(job.TwoToOneKernel);
        _treeRoots = new byte[Trees * SectorSize.NodeBytes];
        _file = PartialReplica.Open(job.SealedFile, job.Inputs.Porep.SectorSize.Bytes);
    }

    private int Trees => _job.Inputs.Porep.Shape.BaseTrees;

    private long TreeBytes => _layout.Leaves * SectorSize.NodeBytes;

    /// <summary>The failure of data that has another commitment, naming the files that are to blame if there are any.</summary>
    public static OperatorException OtherData(SealJob job, CommD commD, int threads, CancellationToken cancellation)
    {
        PieceFile[] changed = job.Data is SectorData pieces ? [.. pieces.FindChangedFiles(threads, cancellation)] : [];
        return new OperatorException(
            FailureKind.BadInput,
            changed is []
                ? $"the data of {job.Inputs.Sector} has CommD {commD}, but the sector was sealed over {job.Inputs.CommD}"
                : $"the data of {job.Inputs.Sector} has changed since it was checked: {string.Join(", ", changed.Select(file => file.Path))}",
            changed is []
                ? "Check the pieces, their order and their padding."
                : "Put back the files as they were, or take them away so that the pieces are looked for elsewhere, and run the same command again.");
    }

    /// <summary>Whether a base tree's part is what was recorded; then its data's root is known again.</summary>
    public bool TryRecall(int tree)
    {
        ParallelOptions options = new() { MaxDegreeOfParallelism = _threads, CancellationToken = _cancellation };
        bool there = _log.TryGet(ReplicaRecord.DataRoot(ReplicaRecord.Sealed, tree), out FileDigest root)
            & _log.TryGet(ReplicaRecord.Part(ReplicaRecord.Sealed, tree), out FileDigest part)
            && _file.DigestOf(tree * TreeBytes, TreeBytes, options) == part;
        root.Digest.CopyTo(_treeRoots.AsSpan(tree * SectorSize.NodeBytes));
        return there;
    }

    /// <summary>A base tree begins.</summary>
    public void Begin(int tree)
    {
        _tree = tree;
        _digests = new SegmentDigests(TreeBytes);
        _chunkRoots = new byte[BaseTreeBuilder.Chunks(_layout) * SectorSize.NodeBytes];
    }

    /// <summary>Writes a chunk; from several threads.</summary>
    /// <param name="offset">Where in the sector.</param>
    /// <param name="chunk">Index of the chunk in the base tree.</param>
    /// <param name="nodes">The replica's nodes.</param>
    /// <param name="data">The data's nodes, which are used up.</param>
    public void Take(long offset, int chunk, ReadOnlySpan<byte> nodes, Span<byte> data)
    {
        _file.WriteAt(offset, nodes);
        _digests!.Set(chunk, nodes);
        _hash.Root(data).CopyTo(_chunkRoots.AsSpan(chunk * SectorSize.NodeBytes));
    }

    /// <summary>Records the base tree's part; all of it has been taken.</summary>
    public void Record()
    {
        Bytes32 root = _hash.Root(_chunkRoots);
        root.CopyTo(_treeRoots.AsSpan(_tree * SectorSize.NodeBytes));
        _file.Flush();
        _log.Record(ReplicaRecord.DataRoot(ReplicaRecord.Sealed, _tree), new FileDigest(Bytes32.Length, root));
        _log.Record(ReplicaRecord.Part(ReplicaRecord.Sealed, _tree), _digests!.ToFileDigest());
    }

    /// <summary>Compares the data with CommD and gives the replica its name.</summary>
    /// <exception cref="OperatorException">BadInput: it was other data; then all parts are forgotten.</exception>
    public void Finish()
    {
        CommD commD = new(_hash.Root((byte[])_treeRoots.Clone()));
        if (commD != _job.Inputs.CommD)
        {
            for (int tree = 0; tree < Trees; tree++)
            {
                _log.Forget(ReplicaRecord.Part(ReplicaRecord.Sealed, tree));
                _log.Forget(ReplicaRecord.DataRoot(ReplicaRecord.Sealed, tree));
            }

            throw OtherData(_job, commD, _threads, _cancellation);
        }

        _file.Publish();
    }

    public void Dispose() => _file.Dispose();
}
