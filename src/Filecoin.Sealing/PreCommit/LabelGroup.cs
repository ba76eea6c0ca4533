using Filecoin.Cryptography;
using Filecoin.Sealing.Labeling.Kernels;
using Filecoin.Sealing.Memory;

namespace Filecoin.Sealing.PreCommit;

/// <summary>Sectors labelled by one kernel, and the two layers of them that are in memory: the one being made and the one before.</summary>
/// <param name="kernel">Has a lane for each sector.</param>
/// <param name="sectors">All of one seal proof.</param>
internal sealed class LabelGroup(LabelKernel kernel, IReadOnlyList<LabelledSector> sectors) : IDisposable
{
    private readonly Bytes32[] _replicaIds = [.. sectors.Select(sector => sector.Job.Inputs.ReplicaId.Value)];
    private readonly NativeBuffer?[] _layers = new NativeBuffer?[2];

    /// <summary>Hashes the labels.</summary>
    public LabelKernel Kernel => kernel;

    /// <summary>The sectors, lane by lane.</summary>
    public IReadOnlyList<LabelledSector> Sectors => sectors;

    /// <summary>Whether it is worth labelling: some sector of it is still there.</summary>
    public bool Stays => sectors.Any(sector => !sector.HasLeft);

    /// <summary>The memory of a layer, which it shares with every other one. With the first, both are reserved, for idle lanes, too.</summary>
    /// <exception cref="Primitives.OperatorException">NotEnoughResources: the system refuses.</exception>
    public NativeBuffer Layer(int layer)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            _layers[i] ??= new NativeBuffer(sectors[0].Job.Inputs.Porep.Nodes * kernel.Layout.NodeBytes);
        }

        return _layers[layer % _layers.Length]!;
    }

    /// <summary>All nodes of a layer, to be made from the one before.</summary>
    public unsafe LabelRun Run(int layer) => new(_replicaIds, layer, Layer(layer).Pointer, layer == 1 ? null : Layer(layer - 1).Pointer)
    {
        FirstNode = 0,
        Count = sectors[0].Job.Inputs.Porep.Nodes,
    };

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_layers, layer => layer?.Dispose());
}
