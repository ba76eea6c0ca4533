namespace Filecoin.Sealing.Labeling.Many;

/// <summary>One of the sectors that are labelled together: its job, its finished layers, its progress.</summary>
internal sealed record ManySector(SealJob Job, RecordedLayers Layers, IProgress<SealProgress>? Progress)
{
    /// <summary>A counter of nodes for one layer's phase.</summary>
    public SealProgressCounter Counter(SealPhase phase, int layer) =>
        new(Progress, phase, layer, Job.Inputs.Porep.Layers, Job.Inputs.Porep.Nodes);
}
