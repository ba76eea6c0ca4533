using Filecoin.Primitives;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>A complete parent cache file that has been verified in this process, open for sequential reading by any number of readers.</summary>
public sealed class ParentCache : IDisposable
{
    /// <summary>Most nodes in one window of a reader: 896 MiB, below what one span can cover.</summary>
    public const int MaxWindowNodes = 1 << 24;

    private readonly SafeFileHandle _handle;
    private readonly int _windowNodes;

    internal ParentCache(ParentCacheFile file, SafeFileHandle handle, int windowNodes)
    {
        _handle = handle;
        _windowNodes = Math.Min(windowNodes, MaxWindowNodes);
        Porep = file.Porep;
        Path = file.Path;
    }

    /// <summary>The proof whose graph this is.</summary>
    public PorepParameters Porep { get; }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>
    /// A reader of the parents of <paramref name="firstNode"/> and all nodes after it. Dispose of it before this cache. Native memory: two
    /// windows of <see cref="StackedGraph.Degree"/> x 4 bytes a node.
    /// </summary>
    /// <param name="firstNode">From 0 to the number of nodes.</param>
    internal ParentReader CreateReader(long firstNode)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstNode);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstNode, Porep.Nodes);
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        return new ParentReader(_handle, Path, firstNode, Porep.Nodes, _windowNodes);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
