using Filecoin.Sealing.Jobs;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>Where a sector waits for its next step.</summary>
internal enum Stage
{
    /// <summary>For labels, once it is known what is there already.</summary>
    Label,

    /// <summary>For the bytes of its pieces.</summary>
    Pieces,

    /// <summary>For its way into the result folder.</summary>
    Install,

    /// <summary>For nothing: it has an outcome.</summary>
    Done,
}

/// <summary>
/// One step of a sector's way: prepare, label, trees, install. It knows by its constructor what the steps before it found, and changes
/// nothing of that; where something proves damaged, an earlier step is the next one.
/// </summary>
internal interface ISectorStep
{
    /// <summary>Where the sector waits for it.</summary>
    Stage Stage { get; }

    /// <summary>Does it, on the calling thread.</summary>
    /// <param name="cores">Where labelling runs; null for anywhere, on one thread.</param>
    /// <returns>The next one.</returns>
    ISectorStep Do(LabelCores? cores);
}

/// <summary>The end of the way.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Installed">What stands in the result folder; null where nothing was installed.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="ProvenNodes">Nodes that were proven before the files were installed.</param>
internal sealed record EndStep(OutcomeKind Kind, InstallManifest? Installed = null, Exception? Failure = null, int? ProvenNodes = null) : ISectorStep
{
    /// <inheritdoc/>
    public Stage Stage => Stage.Done;

    /// <inheritdoc/>
    public ISectorStep Do(LabelCores? cores) => this;
}
