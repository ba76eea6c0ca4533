using Filecoin.Cryptography.Kernels.Sha256;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Update;

/// <summary>The tree over an update's data, and what follows when its root is not the CommD that was expected.</summary>
internal static class UpdateTreeD
{
    /// <summary>Writes tree_d if everything is kept and it is not recorded yet.</summary>
    public static void WriteIfKept(
        UpdateJob job, StepsOf steps, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        SealStep step = SealSteps.TreeD with { Of = steps };
        string path = Path.Combine(job.TargetCacheFolder, CacheNames.TreeD);
        if (!job.KeepAll || SealSteps.IsRecorded(job.Files, log, step, path))
        {
            return;
        }

        CommD commD = DataTree.Write(job.Data, job.Files, path, TwoToOneHash.Create(job.TwoToOneKernel), cores, progress, cancellation, steps);
        Check(job, commD, cores, cancellation);
        log.Record(step, SegmentDigests.OfFile(job.Files, path, cancellation: cancellation));
    }

    /// <summary>Throws if the data is not what CommD says, naming the files that are to blame if there are any.</summary>
    public static void Check(UpdateJob job, CommD commD, ITreeCores cores, CancellationToken cancellation)
    {
        if (commD != job.CommD)
        {
            throw UnexpectedData.Failure(
                $"the data for the update of {job.Sector}", "but the update is over", job.CommD, commD, job.Data, cores, cancellation);
        }
    }
}
