using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Labeling;

/// <summary>
/// The layers of a sector that are finished: recorded, and on disk as long as recorded. Where only the last is needed
/// (<see cref="SealJob.NeedsOnlyLastLayer"/>), one is kept at a time, which stands for those before it.
/// </summary>
internal sealed class RecordedLayers(SealJob job, IStepLog log)
{
    /// <summary>Where a layer's file is.</summary>
    public string PathOf(int layer) => Path.Combine(job.CacheFolder, CacheNames.Layer(layer));

    /// <summary>What was recorded of a layer; null if nothing was, or no more.</summary>
    public FileDigest? Recorded(int layer) => log.TryGet(SealSteps.Layer(layer), out FileDigest digest) ? digest : null;

    /// <summary>A layer's file and what was recorded of it; null if nothing was, or no more.</summary>
    public RecordedFile? FileOf(int layer) => Recorded(layer) is { } digest ? new RecordedFile(PathOf(layer), digest) : null;

    /// <summary>Whether a layer need not be labelled.</summary>
    public bool IsFinished(int layer) =>
        IsThere(layer) || (job.NeedsOnlyLastLayer && layer < job.Inputs.Porep.Layers && IsFinished(layer + 1));

    /// <summary>Records a layer whose file is on disk; then the one before may have served.</summary>
    public void Record(int layer, FileDigest digest)
    {
        log.Record(SealSteps.Layer(layer), digest);
        if (job.NeedsOnlyLastLayer && layer > 1)
        {
            log.Forget(SealSteps.Layer(layer - 1));
            LayerFile.Delete(job.Files, PathOf(layer - 1));
        }
    }

    /// <summary>
    /// Forgets a layer that is not what was recorded, so that it is labelled again; where those before it are gone, all that stood for them.
    /// </summary>
    public void Forget(int layer)
    {
        int last = job.NeedsOnlyLastLayer ? job.Inputs.Porep.Layers : layer;
        for (; layer <= last; layer++)
        {
            log.Forget(SealSteps.Layer(layer));
        }
    }

    private bool IsThere(int layer) => Recorded(layer) is { } digest && LayerFile.IsThere(PathOf(layer), digest.Length);
}
