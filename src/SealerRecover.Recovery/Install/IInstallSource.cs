using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>Where files come from that are installed.</summary>
internal interface IInstallSource
{
    /// <summary>Where a file is, for messages.</summary>
    string Where(ManifestFile file);

    /// <summary>Gives a file, whole and right, its name in staging.</summary>
    /// <param name="file">The file.</param>
    /// <param name="to">Its name in staging, which is free.</param>
    /// <param name="temporary">A name beside it for one that is not whole yet; what an earlier try left may stand there.</param>
    /// <param name="progress">Told its bytes as they come.</param>
    /// <param name="cancellation">Stops within a second.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">It is not to be had, or not what was recorded.</exception>
    void Bring(ManifestFile file, string to, string temporary, SealProgressCounter progress, CancellationToken cancellation);
}
