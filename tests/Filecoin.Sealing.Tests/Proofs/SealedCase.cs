using System.Collections.Concurrent;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Proofs.Openings;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>A known sector, sealed here with all its files; removed at the end.</summary>
internal sealed class SealedCase : IDisposable
{
    private readonly Workplace _place = new();
    private readonly SealJob _job;

    private SealedCase(SealCase known) => (Known, _job) = (known, _place.Job(known, keepAll: true));

    public SealCase Known { get; }

    public PorepParameters Porep => Known.Inputs.Porep;

    public CommR CommR => new(Bytes32.FromHex(Known.Text("comm_r")));

    public string CacheFolder => _place.CacheFolder;

    public string SealedFile => _place.SealedFile;

    /// <summary>The sealed file; whoever asks closes it.</summary>
    public PaddedFile OpenReplica() => new(SealedFile, Porep.SectorSize);

    public string InCache(string name) => Path.Combine(CacheFolder, name);

    public Commit1Job Commit1Job(ISectorData replica, Bytes32 seed) => new()
    {
        Inputs = Known.Inputs,
        CommR = CommR,
        Variant = Variant,
        Registered = SealProofs.All.FirstOrDefault(proof => proof.RegisteredName == Known.Text("proof")),
        Seed = seed,
        CacheFolder = CacheFolder,
        Replica = replica,
        Threads = 2,
    };

    public static SealedCase Seal(string id)
    {
        SealedCase made = new(SealCase.Get(id));
        CancellationToken cancellation = Xunit.TestContext.Current.CancellationToken;
        SealJob job = made._job;
        using ParentCache parents = Workplace.OpenParents(job.Inputs, cancellation);
        PreCommit1.Run(job, parents, made._place.Log, null, cancellation);
        PreCommit2.Run(job, made._place.Log, Environment.ProcessorCount, null, cancellation);
        (job.Data as IDisposable)?.Dispose();
        return made;
    }

    /// <summary>Makes the synthetic proofs of the case.</summary>
    /// <returns>The file.</returns>
    public string MakeSyntheticProofs(out List<SealProgress> told, CancellationToken cancellation)
    {
        PAuxFile pAux = PAuxFile.Read(InCache(CacheNames.PAux));
        ConcurrentBag<SealProgress> progress = [];
        SyntheticProofs.Make(
            _job,
            new SealedCommitments(Known.Inputs.CommD, pAux.CommC, pAux.CommRLast, CommR),
            _place.Log,
            new FixedTreeCores(2),
            new Progress(progress.Add),
            cancellation);
        told = [.. progress];
        return InCache(CacheNames.SyntheticProofs);
    }

    public void Dispose() => _place.Dispose();

    /// <summary>The variant a case was sealed for; cases without a registered proof say it in their ids.</summary>
    private PorepVariant Variant =>
        Known.Id.Contains("_ni", StringComparison.Ordinal) ? PorepVariant.NonInteractive
        : Known.Id.Contains("_synth", StringComparison.Ordinal) ? PorepVariant.Synthetic
        : Porep.ApiVersion == ApiVersion.V1_0_0 ? PorepVariant.V1
        : PorepVariant.V1_1;
}
