using System.Collections.Concurrent;

namespace Filecoin.Sealing.Replica;

/// <summary>Buffers for as many chunks as threads work at once; made when they are needed and used again.</summary>
/// <param name="bytes">Length of a chunk.</param>
internal sealed class ReplicaChunkPool(int bytes) : IDisposable
{
    private readonly ConcurrentBag<ReplicaChunk> _idle = [];

    /// <summary>Does work with buffers that nobody else has meanwhile.</summary>
    public void Use(Action<ReplicaChunk> work)
    {
        ReplicaChunk buffers = _idle.TryTake(out ReplicaChunk? free) ? free : new ReplicaChunk(bytes);
        try
        {
            work(buffers);
        }
        finally
        {
            _idle.Add(buffers);
        }
    }

    public void Dispose()
    {
        foreach (ReplicaChunk buffers in _idle)
        {
            buffers.Dispose();
        }
    }
}
