using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Labeling.Many;

/// <summary>One of the sectors that are labelled together: its job, its finished layers, its progress.</summary>
internal sealed class ManySector(SealJob job, RecordedLayers layers, IProgress<SealProgress>? progress)
{
    /// <summary>What and where.</summary>
    public SealJob Job { get; } = job;

    /// <summary>Its finished layers.</summary>
    public RecordedLayers Layers { get; } = layers;

    /// <summary>Whether it is labelled with the others no more: its lane goes on, and nothing of that is looked at or kept.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>A counter of nodes for one layer's phase; silent once the sector has left.</summary>
    public SealProgressCounter Counter(SealPhase phase, int layer) =>
        new(HasLeft ? null : progress, phase, layer, Job.Inputs.Porep.Layers, Job.Inputs.Porep.Nodes);

    /// <summary>A layer of it came out wrong: it goes on alone, from what it has on disk.</summary>
    /// <param name="doubt">Half a sentence on what is wrong and why.</param>
    public void Leave(string doubt)
    {
        HasLeft = true;
        Job.Notice?.Invoke($"{doubt}; it leaves the sectors it is labelled with and goes on alone");
    }
}
