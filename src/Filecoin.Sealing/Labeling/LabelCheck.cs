using System.Numerics;
using System.Runtime.InteropServices;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Labeling.Kernels;

namespace Filecoin.Sealing.Labeling;

/// <summary>
/// Makes a sample of a finished layer's labels again, with nothing of what made them: hashed by the plain kernel, parents computed node by
/// node from the graph instead of read from the parent cache. Only the labels in memory are taken as they stand.
/// </summary>
/// <remarks>
/// Finds what is wrong again and again: a kernel or a processor that computes wrongly, a parent cache that is not the graph's, memory that
/// is bad in many places. A single label in a layer of 2^30 it finds once in 2^18 times; against that stand the digests of layers.
/// </remarks>
/// <param name="parents">What the layers were labelled with.</param>
/// <param name="random">Draws the sample; null for draws that nobody can foretell.</param>
internal sealed class LabelCheck(ParentCache parents, Random? random = null)
{
    private readonly PorepParameters _porep = parents.Porep;
    private readonly StackedGraph _graph = new(parents.Porep);
    private readonly Random _random = random ?? LabelSample.Unforeseeable();

    /// <summary>Looks at a layer. Some 30 microseconds for each label of each sector.</summary>
    /// <returns>For each sector what is wrong with it; null where nothing is.</returns>
    public WrongLabels?[] Find(in LayersInMemory layers, CancellationToken cancellation)
    {
        int sectors = layers.Run.ReplicaIds.Count;
        WrongLabels?[] wrong = new WrongLabels?[sectors];
        uint[] parentsOfNode = new uint[StackedGraph.Degree];
        byte[] sources = new byte[layers.Run.Parents * sectors * LabelMessage.LabelBytes];
        byte[] made = new byte[sectors * LabelMessage.LabelBytes];
        byte[] right = new byte[LabelMessage.LabelBytes];
        byte[] sourcesOfSector = new byte[sources.Length / sectors];
        long[] sample = LabelSample.Draw(_porep.Nodes, LabelSample.CountFor(_porep), _random);
        foreach (long node in sample)
        {
            cancellation.ThrowIfCancellationRequested();
            _graph.Parents((uint)node, parentsOfNode);
            layers.ReadParents(parentsOfNode, sources);
            layers.Read(node, made);
            for (int sector = 0; sector < sectors; sector++)
            {
                Pick(sources, sector, sectors, sourcesOfSector);
                PlainLabel.Make(layers.Run.ReplicaIds[sector].Span, layers.Run.Layer, node, sourcesOfSector, right);
                ReadOnlySpan<byte> found = made.AsSpan(sector * LabelMessage.LabelBytes, LabelMessage.LabelBytes);
                if (!found.SequenceEqual(right))
                {
                    wrong[sector] = wrong[sector] is { } before
                        ? before with { LastNode = node, Wrong = before.Wrong + 1 }
                        : new WrongLabels(layers.Run.Layer, node, node, 1, sample.Length, DifferingBits(found, right));
                }
            }
        }

        return wrong;
    }

    /// <summary>Why a layer is wrong, as far as it can be told afterwards; half a sentence.</summary>
    /// <param name="layers">The layer.</param>
    /// <param name="sector">Which of its sectors.</param>
    /// <param name="wrong">What is wrong with it.</param>
    /// <exception cref="OperatorException">Storage: the parent cache is not the graph's, so that every sector labelled with it is wrong.</exception>
    public string CauseOf(in LayersInMemory layers, int sector, WrongLabels wrong)
    {
        // The last of them: whatever is wrong everywhere is wrong there, too, and node 0 is nobody's but the plain kernel's.
        long node = wrong.LastNode;
        uint[] parentsOfNode = new uint[StackedGraph.Degree];
        _graph.Parents((uint)node, parentsOfNode);
        using (ParentReader reader = parents.CreateReader(node))
        {
            if (!reader.ReadBlock()[..StackedGraph.Degree].SequenceEqual(parentsOfNode))
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"{wrong}; the parent cache {parents.Path} was intact when it was opened and has wrong parents for node {node} now",
                    "Check the disk it is on and the memory of this machine (dmesg, memtest), then run again: it will be rebuilt.");
            }
        }

        int sectors = layers.Run.ReplicaIds.Count;
        byte[] sources = new byte[layers.Run.Parents * sectors * LabelMessage.LabelBytes];
        byte[] sourcesOfSector = new byte[sources.Length / sectors];
        byte[] right = new byte[LabelMessage.LabelBytes];
        byte[] again = new byte[sectors * LabelMessage.LabelBytes];
        layers.ReadParents(parentsOfNode, sources);
        Pick(sources, sector, sectors, sourcesOfSector);
        PlainLabel.Make(layers.Run.ReplicaIds[sector].Span, layers.Run.Layer, node, sourcesOfSector, right);
        layers.MakeAgain(node, parentsOfNode, again);
        return again.AsSpan(sector * LabelMessage.LabelBytes, LabelMessage.LabelBytes).SequenceEqual(right)
            ? $"the parent cache is right there, and so is the kernel {layers.Kernel.Name} when asked again: memory or processor failed in passing"
            : $"the parent cache is right there, but the kernel {layers.Kernel.Name} makes a wrong label of it again";
    }

    /// <summary>One sector's part of what was read for all of them.</summary>
    private static void Pick(ReadOnlySpan<byte> sources, int sector, int sectors, Span<byte> ofSector)
    {
        for (int k = 0; k < ofSector.Length / LabelMessage.LabelBytes; k++)
        {
            sources.Slice(((k * sectors) + sector) * LabelMessage.LabelBytes, LabelMessage.LabelBytes)
                .CopyTo(ofSector[(k * LabelMessage.LabelBytes)..]);
        }
    }

    private static int DifferingBits(ReadOnlySpan<byte> found, ReadOnlySpan<byte> right)
    {
        int bits = 0;
        for (int i = 0; i < found.Length / sizeof(ulong); i++)
        {
            bits += BitOperations.PopCount(MemoryMarshal.Cast<byte, ulong>(found)[i] ^ MemoryMarshal.Cast<byte, ulong>(right)[i]);
        }

        return bits;
    }
}
