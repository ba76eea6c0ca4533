using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Update;

/// <summary>What the step log knows of an update: what it was made from, and that it is finished (with the digest of p_aux).</summary>
/// <param name="job">What is made.</param>
/// <param name="steps">Update, or Key.</param>
/// <param name="log">The log.</param>
internal sealed class UpdateRecord(UpdateJob job, StepsOf steps, IStepLog log)
{
    private SealStep InputsStep => new(StepKind.Inputs, steps);

    private SealStep FinishedStep => new(StepKind.Finished, steps);

    private string PAuxPath => Path.Combine(job.TargetCacheFolder, CacheNames.PAux);

    /// <summary>What decides every byte besides the source and the data themselves.</summary>
    private Bytes32 Inputs => new(SHA256.HashData([.. job.CommD.Value.Span, .. job.KeyCommR.Value.Span]));

    /// <summary>p_aux of what has been made, if it is finished and still there.</summary>
    public PAuxFile? Finished =>
        log.TryGetValue(InputsStep, out Bytes32 inputs) && inputs == Inputs
        && FileLook.Through(job.TargetFile).IsFileOf(job.Porep.SectorSize.Bytes)
        && SealSteps.IsRecorded(job.Files, log, FinishedStep, PAuxPath)
            ? PAuxFile.Read(job.Files, PAuxPath)
            : null;

    /// <summary>Lets the log's steps count only for these inputs: of others, they are forgotten.</summary>
    public void BindTo(ReplicaPass pass)
    {
        if (log.TryGetValue(InputsStep, out Bytes32 inputs) && inputs == Inputs)
        {
            return;
        }

        pass.Forget();
        log.Forget(SealSteps.TreeD with { Of = steps });
        log.Forget(FinishedStep);
        log.RecordValue(InputsStep, Inputs);
    }

    /// <summary>Records that everything is made.</summary>
    public void Finish() => log.Record(FinishedStep, SegmentDigests.OfFile(job.Files, PAuxPath));
}
