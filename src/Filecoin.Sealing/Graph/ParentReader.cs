using System.Numerics;
using System.Runtime.InteropServices;
using Filecoin.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// The parents of consecutive nodes, a window at a time; the next window is read while the caller works on this one. For one thread.
/// </summary>
/// <remarks>
/// The file was verified when it was opened, but it is read again here, hours later perhaps. Labelling uses parents as addresses, so every
/// window is checked to hold node numbers only, on the thread that reads ahead.
/// </remarks>
internal sealed class ParentReader : IParentBlocks
{
    private readonly ReadAhead _content;

    internal ParentReader(SafeFileHandle handle, string path, long firstNode, long nodes, int windowNodes)
    {
        NextNode = firstNode;
        _content = new ReadAhead(
            handle,
            path,
            firstNode * ParentCacheFile.BytesPerNode,
            nodes * ParentCacheFile.BytesPerNode,
            windowNodes * ParentCacheFile.BytesPerNode,
            window => CheckRange(MemoryMarshal.Cast<byte, uint>(window), (uint)nodes, path));
    }

    /// <summary>The node that the next block begins with.</summary>
    public long NextNode { get; private set; }

    /// <summary>
    /// Fourteen parents for each of the next nodes, every one below the number of nodes: as many nodes as a window holds, fewer at the end
    /// of the graph, none after it. Valid until the next call.
    /// </summary>
    /// <exception cref="OperatorException">The file cannot be read any more or holds other content than when it was verified.</exception>
    public ReadOnlySpan<uint> ReadBlock()
    {
        ReadOnlySpan<uint> parents = MemoryMarshal.Cast<byte, uint>(_content.Next());
        NextNode += parents.Length / StackedGraph.Degree;
        return parents;
    }

    /// <inheritdoc/>
    public void Dispose() => _content.Dispose();

    private static void CheckRange(ReadOnlySpan<uint> parents, uint nodes, string path)
    {
        Vector<uint> largest = default;
        ReadOnlySpan<Vector<uint>> vectors = MemoryMarshal.Cast<uint, Vector<uint>>(parents);
        foreach (Vector<uint> vector in vectors)
        {
            largest = Vector.Max(largest, vector);
        }

        bool inside = Vector.LessThanAll(largest, new Vector<uint>(nodes));
        foreach (uint parent in parents[(vectors.Length * Vector<uint>.Count)..])
        {
            inside &= parent < nodes;
        }

        if (!inside)
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"the parent cache {path} was intact when it was opened and now holds something else",
                "Check the disk it is on and whether another program writes to it, then run again: it will be rebuilt.");
        }
    }
}
