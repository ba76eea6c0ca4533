using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>The unsealed copy that --keep-unsealed asks for.</summary>
internal static class UnsealedCopy
{
    /// <summary>Writes it, unless it is recorded as written.</summary>
    /// <exception cref="OperatorException">Storage: what was read and written is not what <paramref name="commD"/> is of; it is not recorded.</exception>
    public static void Make(SectorWorkspace workspace, ISectorData data, CommD commD, SectorContext sector)
    {
        if (workspace.Journal.TryGet(FinishedFiles.UnsealedStep, out FileDigest recorded)
            && FileLook.At(workspace.UnsealedFile).IsFileOf(recorded.Length))
        {
            return;
        }

        RunContext run = sector.Run;

        // One that is not recorded is of a run that was stopped.
        run.Files.DeleteFile(workspace.UnsealedFile);
        SealProgressCounter written = new(sector.Events, SealPhase.Install, 1, 1, data.Size.Bytes);
        WitnessedData witnessed = new(data, run.Settings.Kernels.TwoToOne);
        UnsealedFile.Write(
            run.Files, workspace.UnsealedFile, witnessed, ranges: null, run.Shared.Cores.Now, written, run.Cancellation);
        if (witnessed.CommD != commD)
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"the unsealed copy {workspace.UnsealedFile} was written from bytes with CommD {witnessed.CommD}, while the data has {commD}",
                "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again: the copy is made again.");
        }

        workspace.Journal.Record(FinishedFiles.UnsealedStep, SegmentDigests.OfFile(run.Files, workspace.UnsealedFile, null, run.Cancellation));
    }
}
