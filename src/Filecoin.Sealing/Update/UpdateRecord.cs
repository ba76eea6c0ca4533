using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Update;

/// <summary>What the step log knows of an update: what it was made from, and that it is finished (with the digest of p_aux).</summary>
/// <param name="job">What is made.</param>
/// <param name="steps">Begins the names of the steps.</param>
/// <param name="log">The log.</param>
internal sealed class UpdateRecord(UpdateJob job, string steps, IStepLog log)
{
    private string InputsStep => $"{steps}-inputs";

    private string FinishedStep => $"{steps}-finished";

    private string PAuxPath => Path.Combine(job.TargetCacheFolder, CacheNames.PAux);

    /// <summary>What decides every byte besides the source and the data themselves.</summary>
    private FileDigest Inputs => new(
        2 * Bytes32.Length, new Bytes32(SHA256.HashData([.. job.CommD.Value.Span, .. job.KeyCommR.Value.Span])));

    /// <summary>p_aux of what has been made, if it is finished and still there.</summary>
    public PAuxFile? Finished =>
        log.TryGet(InputsStep, out FileDigest inputs) && inputs == Inputs
        && FileLook.Through(job.TargetFile).IsFileOf(job.Porep.SectorSize.Bytes)
        && SealSteps.IsRecorded(job.Files, log, FinishedStep, PAuxPath)
            ? PAuxFile.Read(job.Files, PAuxPath)
            : null;

    /// <summary>Lets the log's steps count only for these inputs: of others, they are forgotten.</summary>
    public void BindTo(ReplicaPass pass)
    {
        if (log.TryGet(InputsStep, out FileDigest inputs) && inputs == Inputs)
        {
            return;
        }

        pass.Forget();
        log.Forget($"{steps}-{SealSteps.TreeD}");
        log.Forget(FinishedStep);
        log.Record(InputsStep, Inputs);
    }

    /// <summary>Records that everything is made.</summary>
    public void Finish() => log.Record(FinishedStep, SegmentDigests.OfFile(job.Files, PAuxPath));
}
