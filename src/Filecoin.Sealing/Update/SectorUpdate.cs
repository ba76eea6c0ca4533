using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.Replica;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;

namespace Filecoin.Sealing.Update;

/// <summary>
/// SnapDeals: new data in a sector that was sealed over zeros (FIP-0019; rust-fil-proofs filecoin-proofs update.rs). Every step is
/// deterministic: the same key and the same data give the same update.
/// </summary>
public static class SectorUpdate
{
    /// <summary>
    /// Puts <see cref="UpdateJob.Data"/> into the key, which is <see cref="UpdateJob.Source"/>. On return the target's cache folder holds
    /// p_aux (the key's comm_c beside the new comm_r_last), t_aux and tree_r_last, and the target is the update, all flushed to disk.
    /// What <paramref name="log"/> holds as finished is checked and not made again.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="log">Finished steps; those of an update are of an update.</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished base trees stay recorded.</param>
    /// <returns>The commitments of the update; CommR has to be compared with SealedCID.</returns>
    /// <exception cref="OperatorException">Storage failed, p_aux is not the key's, or the data is not what CommD says.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SealedCommitments Encode(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);
        PAuxFile key = ReadPAux(job);
        CheckIsKeys(job, key);
        UpdateFactors factors = UpdateFactors.For(job.Porep.SectorSize, job.CommD, job.KeyCommR);
        return Make(job, StepsOf.Update, key.CommC, UpdateEncoding.Encode, factors, _ => { }, log, cores, progress, cancellation);
    }

    /// <summary>
    /// Takes <see cref="UpdateJob.Data"/> out of the update, which is <see cref="UpdateJob.Source"/>, so that the key is there again, with its
    /// p_aux, t_aux and tree_r_last. Other than the reference it needs no p_aux of the key, and it does not return a wrong key.
    /// </summary>
    /// <param name="job">What and where.</param>
    /// <param name="log">Finished steps; those of a key that is restored are called "key-…".</param>
    /// <param name="cores">Cores to use.</param>
    /// <param name="progress">Told how far the work is; may be null.</param>
    /// <param name="cancellation">Stops the work within a second; finished base trees stay recorded.</param>
    /// <returns>The commitments of the key, with <see cref="UpdateJob.CommD"/>.</returns>
    /// <exception cref="OperatorException">Storage failed, the data is not what CommD says, or what is left has not the key's CommR.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static SealedCommitments RemoveData(
        UpdateJob job, IStepLog log, ITreeCores cores, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(cores);
        PAuxFile update = ReadPAux(job);
        UpdateFactors factors = UpdateFactors.For(job.Porep.SectorSize, job.CommD, job.KeyCommR);
        return Make(job, StepsOf.Key, update.CommC, UpdateEncoding.Remove, factors, IsKeys, log, cores, progress, cancellation);

        void IsKeys(PAuxFile made)
        {
            CommR commR = CommRs.From(made.CommC, made.CommRLast);
            if (commR != job.KeyCommR)
            {
                throw new OperatorException(
                    FailureKind.CommitmentMismatch,
                    $"without its data the update of {job.Sector} has CommR {commR}, but its key is {job.KeyCommR}",
                    "The update or its p_aux is damaged or another sector's; recover the key by sealing it anew.");
            }
        }
    }

    /// <summary>The data that is in an update, given its key: read at any place, decoded while it is read.</summary>
    /// <param name="update">The updated sector.</param>
    /// <param name="key">The sector before the update; for one sealed over zeros, the last layer's labels are the same.</param>
    /// <param name="commD">Commitment to the data.</param>
    /// <param name="keyCommR">CommR of the key, SectorKeyCID on chain.</param>
    public static ISectorData Decode(ISectorData update, ISectorData key, CommD commD, CommR keyCommR)
    {
        ArgumentNullException.ThrowIfNull(update);
        ArgumentNullException.ThrowIfNull(key);
        UpdateFactors inverses = UpdateFactors.For(update.Size, commD, keyCommR).Inverse();
        return new DecodedData(update, key, (node, nodes, keyNodes) => UpdateEncoding.Decode(inverses, node, nodes, keyNodes));
    }

    private delegate void Encoding(UpdateFactors factors, long firstNode, Span<byte> nodes, ReadOnlySpan<byte> data);

    private static SealedCommitments Make(
        UpdateJob job,
        StepsOf steps,
        Bytes32 commC,
        Encoding encoding,
        UpdateFactors factors,
        Action<PAuxFile> check,
        IStepLog log,
        ITreeCores cores,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation)
    {
        UpdateRecord record = new(job, steps, log);
        if (record.Finished is { } finished)
        {
            return Commitments(job, finished);
        }

        int discarded = BaseTreeLayout.For(job.Porep).RowsDiscarded(job.RowsToDiscard);
        ReplicaPassJob passJob = new(
            job.Files, job.Porep, job.TargetFile, job.TargetCacheFolder, steps, discarded + 1, job.PoseidonKernel, job.TwoToOneKernel);
        using ReplicaPass pass = new(passJob, Nodes, log, cores, progress, cancellation);
        record.BindTo(pass);
        UpdateTreeD.WriteIfKept(job, steps, log, cores, progress, cancellation);
        (Bytes32 commRLast, CommD commD) = pass.Build();
        PAuxFile made = new(commC, commRLast);
        try
        {
            UpdateTreeD.Check(job, commD, cores, cancellation);
            check(made);
        }
        catch (OperatorException)
        {
            pass.Forget();
            throw;
        }

        CopyTAux(job);
        made.Write(job.Files, Path.Combine(job.TargetCacheFolder, CacheNames.PAux));
        pass.Publish();
        record.Finish();
        return Commitments(job, made);

        void Nodes(long offset, Span<byte> nodes, Span<byte> data)
        {
            job.Source.Read(offset, nodes);
            job.Data.Read(offset, data);
            encoding(factors, offset / SectorSize.NodeBytes, nodes, data);
        }
    }

    private static SealedCommitments Commitments(UpdateJob job, PAuxFile pAux) =>
        new(job.CommD, pAux.CommC, pAux.CommRLast, CommRs.From(pAux.CommC, pAux.CommRLast));

    private static PAuxFile ReadPAux(UpdateJob job) => PAuxFile.Read(job.Files, Path.Combine(job.SourceCacheFolder, CacheNames.PAux));

    private static void CheckIsKeys(UpdateJob job, PAuxFile key)
    {
        CommR commR = CommRs.From(key.CommC, key.CommRLast);
        if (commR != job.KeyCommR)
        {
            throw new OperatorException(
                FailureKind.CommitmentMismatch,
                $"{Path.Combine(job.SourceCacheFolder, CacheNames.PAux)} belongs to CommR {commR}, but the key of {job.Sector} is {job.KeyCommR}",
                "Give the cache folder of the sector before its update; the one of the update itself is not it.");
        }
    }

    private static void CopyTAux(UpdateJob job)
    {
        string source = Path.Combine(job.SourceCacheFolder, CacheNames.TAux);
        if (File.Exists(source))
        {
            byte[] content = Read();

            // Nothing tells what is in it, so what is handed on is at least what two readings agree on.
            if (!Read().AsSpan().SequenceEqual(content))
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"{source} gave other bytes when it was read again",
                    "Check disk and memory of this machine (dmesg, smartctl, memtest), then run the same command again.");
            }

            DurableFile.Write(job.Files, Path.Combine(job.TargetCacheFolder, CacheNames.TAux), content);
        }

        byte[] Read() => StorageFailure.Naming(source, "reading", () => job.Files.ReadAll(source));
    }
}
