using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Roles;

/// <summary>A verified parent cache, open for as long as sectors of its seal proof are labelled.</summary>
internal interface IParents : IDisposable;

/// <summary>A sector that is ready to be labelled.</summary>
/// <param name="Job">What and where.</param>
/// <param name="Log">Its finished steps.</param>
/// <param name="Parents">The open parent cache of its proof.</param>
/// <param name="Progress">Told how far it is.</param>
internal sealed record LabelWork(SealJob Job, IStepLog Log, IParents Parents, IProgress<SealProgress> Progress);

/// <summary>Labels and what they need, as <see cref="PreCommit1"/> and <see cref="ParentCacheFolder"/> document it.</summary>
internal class Labelling(RecoverySettings settings)
{
    private readonly ParentCacheFolder _parents = new(settings.ParentCacheFolder, kernel: settings.Kernels.Parents);

    /// <summary>Where the parent cache of a proof is, whether or not it exists.</summary>
    public virtual string ParentCachePath(PorepParameters porep) => _parents.PathFor(porep);

    /// <summary>Opens the parent cache of a proof, building it if need be; <paramref name="events"/> is told in sentences of one that was damaged.</summary>
    public virtual IParents OpenParents(PorepParameters porep, SectorSink events, CancellationToken cancellation) =>
        new OpenCache(_parents.Open(porep, settings.Threads, settings.ParentWindowNodes, events, cancellation, events.Notice));

    /// <summary>What its steps cost here.</summary>
    public virtual NodeCosts CostsOf(PorepParameters porep) => NodeCosts.Typical(porep, settings.Kernels);

    /// <summary>Labels all layers of a sector on the calling thread.</summary>
    public virtual void Label(LabelWork sector, LayerWatermark? lastLayer, CancellationToken cancellation) =>
        PreCommit1.Run(sector.Job, ((OpenCache)sector.Parents).Cache, sector.Log, sector.Progress, cancellation, lastLayer);

    /// <summary>Labels all layers of several sectors of one proof together, on the calling thread.</summary>
    public virtual void LabelTogether(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation) => PreCommit1.RunBatch(
        [.. sectors.Select(sector => sector.Job)],
        [.. sectors.Select(sector => sector.Log)],
        ((OpenCache)sectors[0].Parents).Cache,
        [.. sectors.Select(sector => sector.Progress)],
        cancellation);

    private sealed class OpenCache(ParentCache cache) : IParents
    {
        public ParentCache Cache { get; } = cache;

        public void Dispose() => Cache.Dispose();
    }
}
