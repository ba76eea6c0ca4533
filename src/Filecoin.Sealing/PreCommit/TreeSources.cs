using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>The layers and data that PreCommit2 reads while it builds trees; shared by all threads.</summary>
internal sealed class TreeSources : IDisposable
{
    /// <summary>
    /// Chunks read at once while labels are made: enough to keep a disk busy, few enough that the parents and the layer being written,
    /// which labelling waits for, have their share of it.
    /// </summary>
    private const int ReadsBesideLabels = 3;

    private readonly List<ILayerSource> _layers = [];
    private readonly SemaphoreSlim? _reading;
    private readonly ISectorData? _data;

    /// <summary>Opens the layers that are needed, which are all recorded.</summary>
    public TreeSources(SealJob job, IStepLog log)
        : this(job, log, job.Inputs.Porep.Layers)
    {
    }

    /// <summary>Opens all layers but the last, which is being made.</summary>
    public TreeSources(SealJob job, IStepLog log, LayerInTheMaking last)
        : this(job, log, job.Inputs.Porep.Layers - 1)
    {
        _layers.Add(last);
        _reading = new SemaphoreSlim(ReadsBesideLabels);
    }

    private TreeSources(SealJob job, IStepLog log, int layersOnDisk)
    {
        try
        {
            for (int layer = job.NeedsOnlyLastLayer ? job.Inputs.Porep.Layers : 1; layer <= layersOnDisk; layer++)
            {
                _layers.Add(new LayerOnDisk(job, log, layer));
            }

            _data = job.HasData ? job.Data : null;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Layers that are needed, the one in the making included: all, or only the last.</summary>
    public int Layers => _layers.Count;

    /// <summary>Checks layers that are shorter than a segment as a whole.</summary>
    public void CheckShortLayers()
    {
        foreach (LayerOnDisk layer in _layers.OfType<LayerOnDisk>())
        {
            layer.CheckIfShort();
        }
    }

    /// <summary>Returns when bytes up to <paramref name="end"/> of every layer can be read.</summary>
    public void WaitFor(long end, CancellationToken cancellation) => _layers[^1].WaitFor(end, cancellation);

    /// <summary>Reads part of every layer; where the part is a segment it is what was made.</summary>
    /// <param name="offset">Byte offset in each layer.</param>
    /// <param name="part">Where a layer's part goes; asked with the index of the layer, from 0.</param>
    /// <param name="cancellation">Stops between layers.</param>
    public void ReadLayers(long offset, LayerPart part, CancellationToken cancellation)
    {
        _reading?.Wait(cancellation);
        try
        {
            for (int layer = 0; layer < Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                _layers[layer].Read(offset, part(layer), cancellation);
            }
        }
        finally
        {
            _reading?.Release();
        }
    }

    /// <summary>Reads part of the data; false if the sector has none, that is, zeros.</summary>
    public bool TryReadData(long offset, Span<byte> destination)
    {
        if (_data is null)
        {
            return false;
        }

        _data.Read(offset, destination);
        return true;
    }

    public void Dispose()
    {
        _layers.ForEach(layer => layer.Dispose());
        _reading?.Dispose();
    }

    /// <summary>The memory for a layer's part.</summary>
    internal delegate Span<byte> LayerPart(int layer);
}
