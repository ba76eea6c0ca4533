using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>One of the sectors that are labelled together: its job, its memory of finished steps, its progress.</summary>
internal sealed record ManySector(SealJob Job, IStepLog Log, IProgress<SealProgress>? Progress)
{
    /// <summary>Where a layer's file is.</summary>
    public string PathOf(int layer) => Path.Combine(Job.CacheFolder, CacheNames.Layer(layer));

    /// <summary>Whether a layer is recorded and its file is as long as recorded.</summary>
    public bool HasFinished(int layer) => Recorded(layer) is { } digest && LayerFile.IsThere(PathOf(layer), digest.Length);

    /// <summary>What was recorded of a layer; null if nothing was.</summary>
    public FileDigest? Recorded(int layer) => Log.TryGet(SealSteps.Layer(layer), out FileDigest digest) ? digest : null;

    /// <summary>A counter of nodes for one layer's phase.</summary>
    public SealProgressCounter Counter(SealPhase phase, int layer) =>
        new(Progress, phase, layer, Job.Inputs.Porep.Layers, Job.Inputs.Porep.Nodes);
}
