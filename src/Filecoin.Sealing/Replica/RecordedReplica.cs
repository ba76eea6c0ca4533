using Filecoin.Cryptography;
using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Replica;

/// <summary>
/// A replica that is written base tree by base tree, with the root of the data under each: once all are there, they tell whether the data
/// was what CommD says, without another pass over it. What is recorded survives a stop.
/// </summary>
internal sealed class RecordedReplica : IDisposable
{
    private readonly IStepLog _log;
    private readonly StepsOf _steps;
    private readonly ParallelOptions _reading;
    private readonly BaseTreeLayout _layout;
    private readonly TwoToOneHash _hash;
    private readonly PartialReplica _file;
    private readonly byte[] _treeRoots;
    private byte[] _chunkRoots = [];
    private SegmentDigests? _digests;
    private int _tree;

    /// <summary>Starts or goes on with a replica.</summary>
    /// <param name="files">Reads and writes it.</param>
    /// <param name="path">The replica. Appears whole or not at all.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="log">Finished steps.</param>
    /// <param name="steps">What the steps that are recorded are of.</param>
    /// <param name="hash">The hash of the data's tree.</param>
    /// <param name="threads">Threads for reading back what is there.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public RecordedReplica(
        IFileSystem files,
        string path,
        PorepParameters porep,
        IStepLog log,
        StepsOf steps,
        TwoToOneHash hash,
        int threads,
        CancellationToken cancellation)
    {
        _log = log;
        _steps = steps;
        _reading = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        _layout = BaseTreeLayout.For(porep);
        _hash = hash;
        _treeRoots = new byte[porep.Shape.BaseTrees * SectorSize.NodeBytes];
        _file = PartialReplica.Open(files, path, porep.SectorSize.Bytes);
    }

    /// <summary>
    /// The commitment to the data, once every base tree is recorded or recalled: their number is a power of two, so that their data's roots
    /// are a row of tree_d.
    /// </summary>
    public CommD CommD => new(_hash.Root((byte[])_treeRoots.Clone()));

    private long TreeBytes => _layout.Leaves * SectorSize.NodeBytes;

    /// <summary>Whether a base tree's part is what was recorded; then its data's root is known again.</summary>
    public bool TryRecall(int tree)
    {
        bool there = _log.TryGetValue(ReplicaRecord.DataRoot(_steps, tree), out Bytes32 root)
            & _log.TryGet(ReplicaRecord.Part(_steps, tree), out FileDigest part)
            && _file.DigestOf(tree * TreeBytes, TreeBytes, _reading) == part;
        root.CopyTo(RootOf(tree));
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
        root.CopyTo(RootOf(_tree));
        _file.Flush();
        _log.RecordValue(ReplicaRecord.DataRoot(_steps, _tree), root);
        _log.Record(ReplicaRecord.Part(_steps, _tree), _digests!.ToFileDigest());
    }

    /// <summary>Forgets every part, because what it was made of was wrong.</summary>
    public void Forget()
    {
        for (int tree = 0; tree < _treeRoots.Length / SectorSize.NodeBytes; tree++)
        {
            _log.Forget(ReplicaRecord.Part(_steps, tree));
            _log.Forget(ReplicaRecord.DataRoot(_steps, tree));
        }
    }

    /// <summary>Gives the replica its name; all of it is there.</summary>
    public void Publish() => _file.Publish();

    /// <summary>Closes; a replica that was not published stays for the next run.</summary>
    public void Dispose() => _file.Dispose();

    private Span<byte> RootOf(int tree) => _treeRoots.AsSpan(tree * SectorSize.NodeBytes, SectorSize.NodeBytes);
}
