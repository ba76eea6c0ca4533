using System.Buffers.Binary;
using System.Collections.Immutable;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;

namespace Filecoin.Sealing.Proofs.Synthetic;

/// <summary>
/// The form of syn-porep-vanilla-proofs.dat: the openings of all synthetic challenges of a sector, all of one length, so that each is found by
/// its number (rust-fil-proofs storage-proofs-porep/src/stacked/vanilla/params.rs, SynthProofs).
/// <list type="number">
/// <item>Head, 96 bytes: the roots of tree_d, tree_c and tree_r_last.</item>
/// <item>For each synthetic challenge, in order: its node and the 14 nodes of its parents, base parents first, u64 little-endian each; the
/// node's way in tree_d; its labels, layer 1 first, and their hash's way in tree_c; for each parent its labels and way in tree_c; the node's
/// way in tree_r_last.</item>
/// </list>
/// A way is the leaf, then, from the leaf up, the nodes beside the way, from left to right. Every node has 32 bytes.
/// </summary>
public sealed class SyntheticForm
{
    /// <summary>Bytes before the first proof.</summary>
    public const int HeadBytes = 3 * SectorSize.NodeBytes;

    private const int Columns = 1 + StackedGraph.Degree;
    private const int IndexBytes = Columns * sizeof(ulong);
    private readonly PorepParameters _porep;
    private readonly TreeForm _data;
    private readonly TreeForm _poseidon;

    private SyntheticForm(PorepParameters porep)
    {
        _porep = porep;
        _data = TreeForm.Data(porep.SectorSize);
        _poseidon = TreeForm.Poseidon(porep);
        Proofs = ChallengeCounts.SyntheticOf(porep.SectorSize);
        int nodes = WayNodes(_data) + (Columns * (porep.Layers + WayNodes(_poseidon))) + WayNodes(_poseidon);
        ProofBytes = IndexBytes + (nodes * SectorSize.NodeBytes);
    }

    /// <summary>How many proofs there are.</summary>
    public int Proofs { get; }

    /// <summary>Bytes of one proof.</summary>
    public int ProofBytes { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long FileLength => OffsetOf(Proofs);

    /// <summary>The form of sectors of one seal proof.</summary>
    public static SyntheticForm Of(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return new SyntheticForm(porep);
    }

    /// <summary>Bytes before proof <paramref name="proof"/>, counted from 0.</summary>
    public long OffsetOf(int proof) => HeadBytes + ((long)proof * ProofBytes);

    /// <summary>Writes an opening.</summary>
    /// <param name="proof">The opening.</param>
    /// <param name="to">Receives <see cref="ProofBytes"/>.</param>
    internal static void Write(PorepVanillaProof proof, Span<byte> to)
    {
        ColumnProof[] columns = [proof.Column, .. proof.BaseParents, .. proof.ExpanderParents];
        foreach (ColumnProof column in columns)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(to, column.Node);
            to = to[sizeof(ulong)..];
        }

        Put(proof.Data, ref to);
        foreach (ColumnProof column in columns)
        {
            foreach (Bytes32 label in column.Rows)
            {
                Put(label, ref to);
            }

            Put(column.Inclusion, ref to);
        }

        Put(proof.Replica, ref to);
    }

    /// <summary>Reads an opening; null if it is about nodes that no sector of this size has.</summary>
    /// <param name="from"><see cref="ProofBytes"/>.</param>
    /// <param name="commD">Root of tree_d.</param>
    /// <param name="commC">Root of tree_c.</param>
    /// <param name="commRLast">Root of tree_r_last.</param>
    internal PorepVanillaProof? Read(ReadOnlySpan<byte> from, Bytes32 commD, Bytes32 commC, Bytes32 commRLast)
    {
        uint[] nodes = new uint[Columns];
        for (int i = 0; i < Columns; i++)
        {
            ulong node = BinaryPrimitives.ReadUInt64LittleEndian(from[(i * sizeof(ulong))..]);
            if (node >= (ulong)_porep.Nodes)
            {
                return null;
            }

            nodes[i] = (uint)node;
        }

        from = from[IndexBytes..];
        InclusionProof data = Take(_data, nodes[0], commD, ref from);
        ColumnProof[] columns = new ColumnProof[Columns];
        for (int i = 0; i < Columns; i++)
        {
            ImmutableArray<Bytes32>.Builder rows = ImmutableArray.CreateBuilder<Bytes32>(_porep.Layers);
            for (int layer = 0; layer < _porep.Layers; layer++)
            {
                rows.Add(Take(ref from));
            }

            columns[i] = new ColumnProof(nodes[i], rows.MoveToImmutable(), Take(_poseidon, nodes[i], commC, ref from));
        }

        InclusionProof replica = Take(_poseidon, nodes[0], commRLast, ref from);
        return new PorepVanillaProof(
            data, replica, columns[0], [.. columns[1..(1 + StackedGraph.BaseDegree)]], [.. columns[(1 + StackedGraph.BaseDegree)..]]);
    }

    private static int WayNodes(TreeForm form) => 1 + form.Arities.Sum(arity => arity - 1);

    private static void Put(InclusionProof proof, ref Span<byte> to)
    {
        Put(proof.Leaf, ref to);
        foreach (PathElement element in proof.Path)
        {
            foreach (Bytes32 hash in element.Hashes)
            {
                Put(hash, ref to);
            }
        }
    }

    private static void Put(Bytes32 node, ref Span<byte> to)
    {
        node.CopyTo(to);
        to = to[SectorSize.NodeBytes..];
    }

    private static InclusionProof Take(TreeForm form, uint node, Bytes32 root, ref ReadOnlySpan<byte> from)
    {
        Bytes32 leaf = Take(ref from);
        ImmutableArray<PathElement>.Builder path = ImmutableArray.CreateBuilder<PathElement>(form.Arities.Length);
        foreach (int arity in form.Arities)
        {
            ImmutableArray<Bytes32>.Builder hashes = ImmutableArray.CreateBuilder<Bytes32>(arity - 1);
            for (int i = 1; i < arity; i++)
            {
                hashes.Add(Take(ref from));
            }

            path.Add(new PathElement(hashes.MoveToImmutable(), (int)(node % (uint)arity)));
            node /= (uint)arity;
        }

        return new InclusionProof(form.Shape, leaf, root, path.MoveToImmutable());
    }

    private static Bytes32 Take(ref ReadOnlySpan<byte> from)
    {
        Bytes32 node = new(from[..SectorSize.NodeBytes]);
        from = from[SectorSize.NodeBytes..];
        return node;
    }
}
