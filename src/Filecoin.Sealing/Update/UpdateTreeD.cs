using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Update;

/// <summary>The tree over an update's data, and what follows when its root is not the CommD that was expected.</summary>
internal static class UpdateTreeD
{
    /// <summary>Writes tree_d if everything is kept and it is not recorded yet.</summary>
    public static void WriteIfKept(
        UpdateJob job, string steps, IStepLog log, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        string step = $"{steps}-{SealSteps.TreeD}";
        string path = Path.Combine(job.TargetCacheFolder, CacheNames.TreeD);
        if (!job.KeepAll
            || (log.TryGet(step, out FileDigest recorded)
                && LayerFile.HasLength(path, recorded.Length)
                && SegmentDigests.OfFile(path, cancellation: cancellation) == recorded))
        {
            return;
        }

        CommD commD = DataTree.Write(job.Data, path, TwoToOneHash.Create(job.TwoToOneKernel), threads, progress, cancellation);
        Check(job, commD, threads, cancellation);
        log.Record(step, SegmentDigests.OfFile(path, cancellation: cancellation));
    }

    /// <summary>Throws if the data is not what CommD says, naming the files that are to blame if there are any.</summary>
    public static void Check(UpdateJob job, CommD commD, int threads, CancellationToken cancellation)
    {
        if (commD == job.CommD)
        {
            return;
        }

        PieceFile[] changed = job.Data is SectorData pieces ? [.. pieces.FindChangedFiles(threads, cancellation)] : [];
        throw new OperatorException(
            FailureKind.BadInput,
            changed is []
                ? $"the data for the update of {job.Sector} has CommD {commD}, but the update is over {job.CommD}"
                : $"the data for the update of {job.Sector} has changed since it was checked: {string.Join(", ", changed.Select(file => file.Path))}",
            changed is []
                ? "Check the pieces, their order and their padding."
                : "Put back the files as they were, or take them away so that the pieces are looked for elsewhere, and run the same command again.");
    }
}
