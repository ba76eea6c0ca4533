using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Proves that nodes stand in a sector's trees, reading a few nodes of each row and nothing as a whole. From several threads at once. It
/// checks nothing: that is <see cref="InclusionVerifier"/>'s.
/// </summary>
internal sealed class InclusionProver : IDisposable
{
    private readonly ImmutableArray<BaseTreeRows> _trees;
    private readonly long _leaves;

    /// <summary>Roots row by row: of the base trees, of the sub-trees if there are any, of the top tree.</summary>
    private readonly List<byte[]> _roots = [];

    private InclusionProver(TreeForm form, long leaves, ImmutableArray<BaseTreeRows> trees)
    {
        Form = form;
        _trees = trees;
        _leaves = leaves;
        try
        {
            byte[] roots = new byte[trees.Length * SectorSize.NodeBytes];
            for (int tree = 0; tree < trees.Length; tree++)
            {
                trees[tree].Read(trees[tree].Height, 0, roots.AsSpan(tree * SectorSize.NodeBytes, SectorSize.NodeBytes));
            }

            _roots.Add(roots);
            foreach (int arity in form.Arities[trees[0].Height..])
            {
                byte[] joined = new byte[roots.Length / arity];
                form.HashMany(arity, roots, joined);
                _roots.Add(roots = joined);
            }

            Root = new Bytes32(roots);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the tree looks like.</summary>
    public TreeForm Form { get; }

    /// <summary>The root over the base trees' roots, as they stand in the files.</summary>
    public Bytes32 Root { get; }

    /// <summary>Where the base trees' roots stand; nothing of trees that are not all in files.</summary>
    internal IEnumerable<FaultPlace> RootPlaces => _trees.OfType<ReplicaRows>().Select(tree => tree.Stored.PlaceOf(tree.Height, 0, 1));

    /// <summary>Proves nodes of a replica in tree_r_last. Rows that its files lack are made again from the replica where they are needed.</summary>
    /// <param name="replica">The sealed or updated sector; stays the caller's.</param>
    /// <param name="trees">The files of its tree_r_last, in order.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="poseidonKernel">Name of the kernel; null for the best on this machine.</param>
    /// <param name="files">Opens the trees; null for the real file system.</param>
    /// <exception cref="OperatorException">Storage: a file is missing, unreadable or has an impossible length.</exception>
    public static InclusionProver OfTreeRLast(
        ISectorData replica, IReadOnlyList<string> trees, PorepParameters porep, string? poseidonKernel = null, IFileSystem? files = null)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(trees);
        ArgumentNullException.ThrowIfNull(porep);
        TreeForm form = TreeForm.Poseidon(porep, poseidonKernel);
        return new InclusionProver(form, porep.Nodes, [.. ReplicaTrees(replica, trees, porep, form, files)]);
    }

    /// <summary>Proves nodes of a replica in trees that are open already; they become this prover's.</summary>
    internal static InclusionProver Over(ReplicaRows[] trees, PorepParameters porep, TreeForm form) => new(form, porep.Nodes, [.. trees]);

    /// <summary>Proves column hashes in tree_c.</summary>
    internal static InclusionProver OfTreeC(string cacheFolder, PorepParameters porep, string? poseidonKernel, IFileSystem? files = null)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        return new InclusionProver(
            TreeForm.Poseidon(porep, poseidonKernel),
            porep.Nodes,
            [.. Enumerable.Range(0, porep.Shape.BaseTrees)
                .Select(tree => StoredRows.OfTreeC(Path.Combine(cacheFolder, CacheNames.TreeC(porep.Shape, tree)), layout, files))]);
    }

    /// <summary>Proves the data's nodes in tree_d.</summary>
    internal static InclusionProver OfTreeD(string cacheFolder, SectorSize size, string? twoToOneKernel, IFileSystem? files = null) => new(
        TreeForm.Data(size, twoToOneKernel), size.Nodes, [StoredRows.OfTreeD(Path.Combine(cacheFolder, CacheNames.TreeD), size, files)]);

    /// <summary>The base trees of tree_r_last.</summary>
    internal static IEnumerable<ReplicaRows> ReplicaTrees(
        ISectorData replica, IReadOnlyList<string> trees, PorepParameters porep, TreeForm form, IFileSystem? files = null)
    {
        BaseTreeLayout layout = BaseTreeLayout.For(porep);
        return trees.Select((path, tree) => new ReplicaRows(replica, tree, layout, form, StoredRows.OfTreeRLast(path, layout, files)));
    }

    /// <summary>Reads the way from a leaf to the root.</summary>
    /// <param name="leaf">Index of the node in the sector.</param>
    /// <exception cref="OperatorException">Storage: a file cannot be read.</exception>
    public InclusionProof Prove(long leaf)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leaf);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(leaf, _leaves);
        (long tree, long node) = Math.DivRem(leaf, _leaves / _trees.Length);
        BaseTreeRows rows = _trees[(int)tree];
        ImmutableArray<PathElement>.Builder path = ImmutableArray.CreateBuilder<PathElement>(Form.Arities.Length);
        Bytes32 proven = default;
        Span<byte> group = stackalloc byte[TreeShape.BaseArity * SectorSize.NodeBytes];
        for (int row = 0; row < Form.Arities.Length; row++)
        {
            int arity = Form.Arities[row];
            if (row == rows.Height)
            {
                node = tree;
            }

            int index = (int)(node % arity);
            Span<byte> children = group[..(arity * SectorSize.NodeBytes)];
            if (row < rows.Height)
            {
                rows.Read(row, node - index, children);
            }
            else
            {
                _roots[row - rows.Height].AsSpan((int)(node - index) * SectorSize.NodeBytes, children.Length).CopyTo(children);
            }

            if (row == 0)
            {
                proven = Node(children, index);
            }

            path.Add(Element(children, index));
            node /= arity;
        }

        return new InclusionProof(Form.Shape, proven, Root, path.MoveToImmutable());
    }

    /// <summary>Closes the tree files.</summary>
    public void Dispose()
    {
        foreach (BaseTreeRows rows in _trees)
        {
            rows.Dispose();
        }
    }

    private static PathElement Element(ReadOnlySpan<byte> children, int index)
    {
        int arity = children.Length / SectorSize.NodeBytes;
        ImmutableArray<Bytes32>.Builder hashes = ImmutableArray.CreateBuilder<Bytes32>(arity - 1);
        for (int i = 0; i < arity; i++)
        {
            if (i != index)
            {
                hashes.Add(Node(children, i));
            }
        }

        return new PathElement(hashes.MoveToImmutable(), index);
    }

    private static Bytes32 Node(ReadOnlySpan<byte> nodes, int index) => new(nodes.Slice(index * SectorSize.NodeBytes, SectorSize.NodeBytes));
}
