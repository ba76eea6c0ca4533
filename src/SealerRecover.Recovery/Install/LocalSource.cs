using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>Files of this machine: renamed on the same file system, else copied.</summary>
/// <param name="files">The disk.</param>
/// <param name="manifest">What they are of, and where they go.</param>
/// <param name="path">Where each is.</param>
/// <param name="mayBeMoved">Whether they need not stay there.</param>
internal sealed class LocalSource(IFileSystem files, InstallManifest manifest, Func<ManifestFile, string> path, bool mayBeMoved) : IInstallSource
{
    /// <inheritdoc/>
    public string Where(ManifestFile file) => path(file);

    /// <inheritdoc/>
    public void Bring(ManifestFile file, string to, string temporary, SealProgressCounter progress, CancellationToken cancellation)
    {
        string from = path(file);
        if (mayBeMoved && files.Move(from, to) != MoveResult.OtherFileSystem)
        {
            progress.Add(file.Length);
            return;
        }

        bool isRight = file.Matches(files.Copy(from, temporary, progress, cancellation))
            || (!mayBeMoved && file.NameInFolder == CacheNames.TAux && TAuxLook.At(temporary, manifest.Inputs.Porep, manifest.Inputs.RowsToDiscard).IsGood);
        if (!isRight)
        {
            files.TryDelete(temporary);
            throw new OperatorException(
                FailureKind.Storage,
                $"copying {from} to {manifest.ResultFolder} read other bytes than those that have the right CommR",
                "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.");
        }

        files.Move(temporary, to);
    }
}
