using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>Sectors labelled by one kernel, and the two layers of them that are in memory: the one being made and the one before.</summary>
internal sealed class SectorGroup : IDisposable
{
    private readonly NativeBuffer[] _layers;

    /// <summary>Reserves the memory; see <see cref="MemoryBytes"/>.</summary>
    /// <param name="kernel">Has a lane for each sector.</param>
    /// <param name="porep">The seal proof of all of them.</param>
    /// <param name="replicaIds">The sectors.</param>
    /// <param name="firstJob">Index of the first sector among all jobs of the run.</param>
    public SectorGroup(LabelKernel kernel, PorepParameters porep, IReadOnlyList<Bytes32> replicaIds, int firstJob)
    {
        Kernel = kernel;
        ReplicaIds = replicaIds;
        FirstJob = firstJob;
        long bytes = MemoryBytes(kernel, porep) / 2;
        NativeBuffer first = new(bytes);
        try
        {
            _layers = [first, new NativeBuffer(bytes)];
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Hashes the labels.</summary>
    public LabelKernel Kernel { get; }

    /// <summary>The sectors.</summary>
    public IReadOnlyList<Bytes32> ReplicaIds { get; }

    /// <summary>Index of the first sector among all jobs of the run; the others follow.</summary>
    public int FirstJob { get; }

    /// <summary>Number of sectors.</summary>
    public int Count => ReplicaIds.Count;

    /// <summary>All nodes of a layer, to be made from the one before.</summary>
    public unsafe LabelRun Run(int layer) => new(ReplicaIds, layer, Layer(layer).Pointer, layer == 1 ? null : Layer(layer - 1).Pointer)
    {
        FirstNode = 0,
        Count = Layer(layer).Length / Kernel.Layout.NodeBytes,
    };

    /// <summary>Native memory a group takes: two layers for every lane, idle ones too.</summary>
    public static long MemoryBytes(LabelKernel kernel, PorepParameters porep) => 2L * kernel.Lanes * porep.SectorSize.Bytes;

    /// <summary>The memory of a layer, which it shares with every other one.</summary>
    public NativeBuffer Layer(int layer) => _layers[layer % 2];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (NativeBuffer layer in _layers)
        {
            layer.Dispose();
        }
    }
}
