using Filecoin.Primitives;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.Replica;

/// <summary>One thread's buffers for a chunk of a replica.</summary>
/// <param name="bytes">Length of a chunk.</param>
internal sealed class ReplicaChunk(int bytes) : IDisposable
{
    private readonly NativeBuffer _nodes = new(bytes);
    private readonly NativeBuffer _data = new(bytes);
    private readonly NativeBuffer _scratch = new(Math.Max(bytes / TreeShape.BaseArity, SectorSize.NodeBytes));

    /// <summary>The replica's nodes; used up by the tree.</summary>
    public Span<byte> Nodes => _nodes.Span;

    /// <summary>The data's nodes; used up by its tree.</summary>
    public Span<byte> Data => _data.Span;

    /// <summary>Room for a row of the tree: an eighth of a chunk.</summary>
    public Span<byte> Scratch => _scratch.Span;

    public void Dispose()
    {
        _nodes.Dispose();
        _data.Dispose();
        _scratch.Dispose();
    }
}
