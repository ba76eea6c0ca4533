using Filecoin.Sealing;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Unsealed;
using SealerRecover.Recovery.Install;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Pipeline;

/// <summary>The unsealed copy that --keep-unsealed asks for.</summary>
internal static class UnsealedCopy
{
    /// <summary>Writes it, unless it is recorded as written.</summary>
    public static void Make(SectorWorkspace workspace, ISectorData data, RunContext run, IProgress<SealProgress> progress)
    {
        if (workspace.Journal.TryGet(FinishedFiles.UnsealedStep, out FileDigest recorded)
            && LengthOf(workspace.UnsealedFile) == recorded.Length)
        {
            return;
        }

        // One that is not recorded is of a run that was stopped.
        run.Files.DeleteFile(workspace.UnsealedFile);
        InstallProgress written = new(progress, run.Time);
        written.Begin(data.Size.Bytes);
        UnsealedFile.Write(workspace.UnsealedFile, data, ranges: null, run.Cores.Now, new Locked(written), run.Cancellation);
        workspace.Journal.Record(FinishedFiles.UnsealedStep, SegmentDigests.OfFile(workspace.UnsealedFile, null, run.Cancellation));
    }

    private static long LengthOf(string path) => File.Exists(path) ? new FileInfo(path).Length : -1;

    private sealed class Locked(IProgress<long> inner) : IProgress<long>
    {
        private readonly Lock _gate = new();

        public void Report(long value)
        {
            lock (_gate)
            {
                inner.Report(value);
            }
        }
    }
}
