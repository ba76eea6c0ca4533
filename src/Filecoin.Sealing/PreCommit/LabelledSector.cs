using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.PreCommit;

/// <summary>One of the sectors of a batch: its job, its finished layers, its progress.</summary>
/// <param name="job">What and where.</param>
/// <param name="log">Finished steps.</param>
/// <param name="progress">Told how far the sector is; may be null.</param>
/// <param name="doubts">
/// Counts the layers that come out wrong and are made again, of a sector that is a batch by itself; null: the sector leaves the others
/// when a layer is wrong.
/// </param>
/// <param name="lastLayer">Shown the last layer as it is made, which has to stand in memory as in its file; null if nobody looks.</param>
internal sealed class LabelledSector(
    SealJob job, IStepLog log, IProgress<SealProgress>? progress, LayerDoubts? doubts = null, LayerWatermark? lastLayer = null)
{
    /// <summary>What and where.</summary>
    public SealJob Job { get; } = job;

    /// <summary>Its finished layers.</summary>
    public RecordedLayers Layers { get; } = new(job, log);

    /// <summary>Whether its trees are recorded: then the layers have served, and PreCommit2 may have removed them.</summary>
    public bool HasTrees => PreCommit2.HasTrees(Job, log);

    /// <summary>Shown the last layer; null if nobody looks, or no more.</summary>
    public LayerWatermark? LastLayer { get; private set; } = lastLayer;

    /// <summary>Whether it is labelled with the others no more: its lane goes on, and nothing of that is looked at or kept.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>A layer's file and what was recorded of it; null for a sector that has left. A file of which nothing is recorded is never what was.</summary>
    public RecordedFile? FileToLoad(int layer) => HasLeft ? null : Layers.FileOf(layer) ?? new RecordedFile(Layers.PathOf(layer), default);

    /// <summary>A layer's file, if it is to be written; null if it is finished or the sector has left.</summary>
    public string? PathToWrite(int layer) => HasLeft || Layers.IsFinished(layer) ? null : Layers.PathOf(layer);

    /// <summary>A counter of nodes for one layer's phase; silent once the sector has left.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="kernel">Which kernel hashes them; null where none does.</param>
    public SealProgressCounter Counter(SealPhase phase, int layer, string? kernel = null) => Counter(phase, layer, null, kernel);

    /// <summary>A counter of nodes written. A sector by itself tells of writing only while labelling waits for it.</summary>
    public SealProgressCounter WriteCounter(int layer, Func<bool> labellingWaits) =>
        Counter(SealPhase.WriteLayer, layer, doubts is null ? null : labellingWaits, null);

    /// <summary>A layer of it came out wrong. Returns whether it is to be made again; otherwise the sector leaves, and goes on from what it has on disk.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="doubt">Half a sentence on what is wrong and why.</param>
    /// <exception cref="Primitives.OperatorException">Hardware: layers have been wrong too often.</exception>
    public bool Distrust(int layer, string doubt)
    {
        if (doubts is null)
        {
            HasLeft = true;
            Job.Notice?.Invoke($"{doubt}; it leaves the sectors it is labelled with and goes on alone");
            return false;
        }

        if (layer == Job.Inputs.Porep.Layers)
        {
            LastLayer?.Abandon();
            LastLayer = null;
        }

        doubts.Add(layer, doubt);
        return true;
    }

    private SealProgressCounter Counter(SealPhase phase, int layer, Func<bool>? isWorthTelling, string? kernel) =>
        new(HasLeft ? null : progress, phase, layer, Job.Inputs.Porep.Layers, Job.Inputs.Porep.Nodes, isWorthTelling, kernel);
}
