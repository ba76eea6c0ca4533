using System.Collections.Concurrent;
using System.Security.Cryptography;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Jobs;
using Filecoin.Sealing.Labeling;
using Filecoin.Sealing.Pieces;
using Filecoin.Sealing.PreCommit;
using Filecoin.Sealing.Proofs;
using Filecoin.Sealing.Proofs.Synthetic;
using Filecoin.Sealing.Steps;
using Filecoin.Sealing.Trees;
using Filecoin.Sealing.Update;
using SealerRecover.Recovery.Content;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Tests.Support;

/// <summary>
/// Makes files of the right names and lengths whose bytes depend on the inputs alone, and keeps the contract of PreCommit1 and
/// PreCommit2: finished steps are recorded with digests and not done again. "CommR" is a SHA-256 of its two parts.
/// </summary>
internal sealed class FakeSealer
{
    public SealingRoles Roles => new(new Labels(this), new Trees(this), new Proofs(this));

    private readonly Lock _gate = new();
    private int _labelling;
    private int _building;

    public ConcurrentQueue<string> Calls { get; } = new();

    public Action<SealJob, CancellationToken>? BeforeLabelling { get; set; }

    public Action<SealJob, CancellationToken>? BeforeTrees { get; set; }

    /// <summary>Content of t_aux; null: the cache path, as the real one names it.</summary>
    public string? TAux { get; set; }

    public Func<Exception?>? ParentsFailure { get; set; }

    public Action<SealJob>? AfterTrees { get; set; }

    public int MostLabelling { get; private set; }

    public int MostBuilding { get; private set; }

    public bool Overlapped { get; private set; }

    public int ParentsOpened { get; private set; }

    public int ParentsOpenNow { get; private set; }

    public static SectorFacts Facts(ulong number, int proof = 5, byte ticket = 7) => WithRightCid(new SectorFacts
    {
        Sector = new SectorId(new ActorId(1000), number),
        SealProof = SealProofs.All[proof],
        Ticket = new Ticket(new Bytes32(SHA256.HashData([ticket]))),
        SealedCid = default,
    });

    public static SectorFacts WithRightCid(SectorFacts facts) =>
        facts with { SealedCid = Commit(Inputs(facts), default).CommR };

    private Parents OpenParents()
    {
        ParentsOpened++;
        if (ParentsFailure?.Invoke() is { } failure)
        {
            throw failure;
        }

        ParentsOpenNow++;
        return new Parents(this);
    }

    public Action<SealJob, LayerWatermark, CancellationToken>? Following { get; set; }

    private void Label(SealJob job, IStepLog log, IProgress<SealProgress> progress, CancellationToken cancellation)
    {
        Enter(ref _labelling);
        try
        {
            BeforeLabelling?.Invoke(job, cancellation);
            if (log.TryGet(SealStep.Parse("trees"), out _))
            {
                return;
            }

            for (int layer = 1; layer <= job.Inputs.Porep.Layers; layer++)
            {
                cancellation.ThrowIfCancellationRequested();
                string path = LayerPath(job, layer);
                string step = $"layer-{layer}";
                if (!log.TryGet(SealStep.Parse(step), out FileDigest known) || !File.Exists(path) || Digest(path) != known)
                {
                    Calls.Enqueue($"{job.Inputs.Sector.Number}:label-{layer}");
                    File.WriteAllBytes(path, Bytes(job.Inputs, step, job.Inputs.Porep.SectorSize.Bytes));
                    log.Record(SealStep.Parse(step), Digest(path));
                }

                progress.Report(new SealProgress(SealPhase.Label, layer, job.Inputs.Porep.Layers, 64, 64));
            }
        }
        finally
        {
            Interlocked.Decrement(ref _labelling);
        }
    }

    /// <summary>Trees cost next to nothing, so that cores come first; four sectors side by side cost as much as two apart.</summary>
    private static NodeCosts Costs => new()
    {
        Labels = [new(new LabelVariant("four", 4), 40), new(new LabelVariant("one", 1), 20)],
        Trees = 1,
    };

    /// <summary>How many sectors each call to label together was for.</summary>
    public ConcurrentQueue<int> GroupSizes { get; } = new();

    public Func<Exception?>? TogetherFailure { get; set; }

    private void LabelTogether(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation)
    {
        GroupSizes.Enqueue(sectors.Count);
        if (TogetherFailure?.Invoke() is { } failure)
        {
            throw failure;
        }

        foreach (LabelWork sector in sectors)
        {
            Label(sector.Job, sector.Log, sector.Progress, cancellation);
        }
    }

    private SealedCommitments Seal(SealJob job, IStepLog log, CancellationToken cancellation)
    {
        Enter(ref _building);
        try
        {
            BeforeTrees?.Invoke(job, cancellation);
            cancellation.ThrowIfCancellationRequested();
            return Build(job, log);
        }
        finally
        {
            Interlocked.Decrement(ref _building);
        }
    }

    /// <summary>An update is the key's bytes turned over, its CommR that of comm_c and the new comm_r_last.</summary>
    private SealedCommitments Update(UpdateJob job, IStepLog log, CancellationToken cancellation)
    {
        BeforeUpdate?.Invoke(job, cancellation);
        cancellation.ThrowIfCancellationRequested();
        Bytes32 commC = PAuxFile.Read(Path.Combine(job.SourceCacheFolder, "p_aux")).CommC;
        SealedCommitments update = UpdateOf(job.Porep, job.CommD, job.KeyCommR, commC);
        if (!log.TryGet(SealStep.Parse("update-finished"), out _))
        {
            Calls.Enqueue($"{job.Sector.Number}:update");
            Write(job, log, StepsOf.Update, update, ReadAll(job.Source), ReadAll(job.Data));
        }

        return update;
    }

    /// <summary>The key of an update made by <see cref="Update"/>.</summary>
    private SealedCommitments RemoveData(UpdateJob job, IStepLog log)
    {
        Calls.Enqueue($"{job.Sector.Number}:remove");
        PAuxFile pAux = PAuxFile.Read(Path.Combine(job.SourceCacheFolder, "p_aux"));
        SealedCommitments key = new(job.CommD, pAux.CommC, KeyRLast[job.KeyCommR], job.KeyCommR);
        Write(job, log, StepsOf.Key, key, ReadAll(job.Source), ReadAll(job.Data));
        return key;
    }

    /// <summary>As the real one: trees and p_aux of a replica that was made before.</summary>
    private PAuxFile? TryBuildBeside(SealJob job, ISectorData replica, CommR expected, StepsOf steps, IStepLog log)
    {
        string path = Path.Combine(job.CacheFolder, "p_aux");
        if (log.TryGet(new SealStep(StepKind.Finished, steps), out _) && File.Exists(path))
        {
            return PAuxFile.Read(path);
        }

        Calls.Enqueue($"{job.Inputs.Sector.Number}:trees-of-replica");
        byte[] content = ReadAll(replica);
        PAuxFile pAux = new(job.KnownCommC!.Value, Roots.GetValueOrDefault(Convert.ToHexString(SHA256.HashData(content))));
        if (CommROf(pAux) != expected)
        {
            return null;
        }

        File.WriteAllBytes(path, pAux.ToBytes());
        WriteTAux(job.CacheFolder, job.Inputs.Porep, job.CachePathInTAux);
        string tree = Path.Combine(job.CacheFolder, "sc-02-data-tree-r-last.dat");
        File.WriteAllBytes(tree, [.. pAux.CommRLast.Span]);
        log.Record(new SealStep(StepKind.TreeRLast, steps), Digest(tree));
        log.Record(new SealStep(StepKind.Finished, steps), Digest(path));
        return pAux;
    }

    public static ConcurrentDictionary<string, Bytes32> Roots { get; } = [];

    public static ConcurrentDictionary<CommR, Bytes32> KeyRLast { get; } = [];

    public Action<UpdateJob, CancellationToken>? BeforeUpdate { get; set; }

    /// <summary>A snapped sector over this data.</summary>
    public static SectorFacts Snapped(SectorFacts key, Filecoin.Chain.Facts.SectorData data) => key with
    {
        Update = new Filecoin.Chain.Facts.SectorUpdate
        {
            Data = data,
            SealedCid = UpdateOf(
                key.SealProof.Porep,
                PieceLayout.ComputeCommD(
                    key.SealProof.SectorSize,
                    [.. PieceLayout.Arrange(key.SealProof.SectorSize, data.Pieces).Select(placed => placed.Piece)]),
                key.SealedCid,
                Commit(Inputs(key), ZeroCommitments.ForSector(key.SealProof.SectorSize)).CommC).CommR,
        },
    };

    private static SealedCommitments UpdateOf(PorepParameters porep, CommD commD, CommR key, Bytes32 commC)
    {
        Bytes32 commRLast = new(SHA256.HashData([.. commD.Value.Span, .. key.Value.Span, (byte)porep.Layers]));
        return new SealedCommitments(commD, commC, commRLast, new CommR(new Bytes32(SHA256.HashData(new PAuxFile(commC, commRLast).ToBytes()))));
    }

    private static byte[] ReadAll(ISectorData data)
    {
        byte[] all = new byte[data.Size.Bytes];
        data.Read(0, all);
        return all;
    }

    private void Write(UpdateJob job, IStepLog log, StepsOf steps, SealedCommitments made, byte[] source, byte[] data)
    {
        byte[] target = [.. source.Zip(data, (a, b) => (byte)(a ^ b))];
        File.WriteAllBytes(job.TargetFile, target);
        Roots[Convert.ToHexString(SHA256.HashData(target))] = made.CommRLast;
        File.WriteAllBytes(Path.Combine(job.TargetCacheFolder, "p_aux"), [.. made.CommC.Span, .. made.CommRLast.Span]);
        WriteTAux(job.TargetCacheFolder, job.Porep, "/of the key");
        string tree = Path.Combine(job.TargetCacheFolder, "sc-02-data-tree-r-last.dat");
        File.WriteAllBytes(tree, [.. made.CommRLast.Span]);
        log.Record(new SealStep(StepKind.TreeRLast, steps), Digest(tree));
        log.Record(new SealStep(StepKind.ReplicaPart, steps), Digest(job.TargetFile));
        log.Record(new SealStep(StepKind.Finished, steps), Digest(Path.Combine(job.TargetCacheFolder, "p_aux")));
    }

    private static CommR CommROf(PAuxFile pAux) => new(new Bytes32(SHA256.HashData(pAux.ToBytes())));

    /// <summary>What proofs find wrong, asked for every replica that is about to be installed; null for nothing.</summary>
    public Func<ReplicaFiles, ProofFault?>? Unproven { get; set; }

    public ConcurrentQueue<ReplicaFiles> Proven { get; } = new();

    private IReadOnlyList<ProofFault> Prove(ReplicaFiles files, CommR commR)
    {
        if (CommROf(PAuxFile.Read(files.PAux)) != commR || !files.All.All(File.Exists))
        {
            throw new InvalidOperationException("what is proven is not what is to be installed");
        }

        Proven.Enqueue(files);
        return Unproven?.Invoke(files) is { } fault ? [fault] : [];
    }

    private static SealedCommitments Commit(ReplicaInputs inputs, CommD commD)
    {
        Bytes32 commC = new(Bytes(inputs, "comm_c", 32));
        Bytes32 commRLast = new(Bytes(inputs, "comm_r_last", 32));
        return new SealedCommitments(commD, commC, commRLast, new CommR(new Bytes32(SHA256.HashData(new PAuxFile(commC, commRLast).ToBytes()))));
    }

    private static ReplicaInputs Inputs(SectorFacts facts) =>
        new(facts.SealProof.Porep, facts.Sector, facts.Ticket, SectorContent.Of(facts).CommD);

    private static byte[] Bytes(ReplicaInputs inputs, string what, long length) =>
        VectorFiles.Stream($"{inputs.ReplicaId}{what}", length);

    private void WriteTAux(string folder, PorepParameters porep, string cachePath) => File.WriteAllBytes(
        Path.Combine(folder, "t_aux"),
        TAuxFile.ToBytes(porep, TAux ?? cachePath, BaseTreeLayout.For(porep).RowsDiscarded(null)));

    private static string LayerPath(SealJob job, int layer) => Path.Combine(job.CacheFolder, $"sc-02-data-layer-{layer}.dat");

    private static FileDigest Digest(string path) => SegmentDigests.OfFile(LinuxFileSystem.Instance, path, new Progress<long>(), CancellationToken.None);

    // As the real one: a damaged layer is forgotten, a replica that is there is taken for finished.
    private SealedCommitments Build(SealJob job, IStepLog log)
    {
        SealedCommitments commitments = Commit(job.Inputs, job.Inputs.CommD);
        int layers = job.Inputs.Porep.Layers;
        if (!log.TryGet(SealStep.Parse("trees"), out _))
        {
            for (int layer = 1; layer <= layers; layer++)
            {
                if (!log.TryGet(SealStep.Parse($"layer-{layer}"), out FileDigest known) || !File.Exists(LayerPath(job, layer)) || Digest(LayerPath(job, layer)) != known)
                {
                    log.Forget(SealStep.Parse($"layer-{layer}"));
                    throw new Filecoin.Sealing.Files.DamagedLayerException($"layer {layer} is not what PreCommit1 wrote", "Run again.");
                }
            }

            Calls.Enqueue($"{job.Inputs.Sector.Number}:trees");
            File.WriteAllBytes(Path.Combine(job.CacheFolder, "p_aux"), [.. commitments.CommC.Span, .. commitments.CommRLast.Span]);
            WriteTAux(job.CacheFolder, job.Inputs.Porep, job.CachePathInTAux);
            string tree = Path.Combine(job.CacheFolder, "sc-02-data-tree-r-last.dat");
            File.WriteAllBytes(tree, [.. commitments.CommRLast.Span]);
            if (job.KeepAll)
            {
                File.WriteAllBytes(Path.Combine(job.CacheFolder, "sc-02-data-tree-c.dat"), Bytes(job.Inputs, "tree-c", 2336));
                File.WriteAllBytes(Path.Combine(job.CacheFolder, "sc-02-data-tree-d.dat"), Bytes(job.Inputs, "tree-d", 4064));
            }

            log.Record(SealStep.Parse("tree-r-last-0"), Digest(tree));
            log.Record(SealStep.Parse("trees"), Digest(Path.Combine(job.CacheFolder, "p_aux")));
        }

        if (!File.Exists(job.SealedFile))
        {
            if (job.HasData)
            {
                byte[] encoded = [.. File.ReadAllBytes(LayerPath(job, layers)).Zip(ReadAll(job.Data!), (label, data) => (byte)(label ^ data))];
                File.WriteAllBytes(job.SealedFile, encoded);
                log.Record(SealStep.Parse("sealed-replica-0"), Digest(job.SealedFile));
            }
            else
            {
                File.Copy(LayerPath(job, layers), job.SealedFile);
            }

            Roots[Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(job.SealedFile)))] = commitments.CommRLast;
            KeyRLast[commitments.CommR] = commitments.CommRLast;
        }

        for (int layer = 1; layer <= layers && !job.KeepAll; layer++)
        {
            File.Delete(LayerPath(job, layer));
        }

        AfterTrees?.Invoke(job);
        return commitments;
    }

    private void Enter(ref int count)
    {
        Interlocked.Increment(ref count);
        lock (_gate)
        {
            MostLabelling = Math.Max(MostLabelling, _labelling);
            MostBuilding = Math.Max(MostBuilding, _building);
            Overlapped |= _labelling > 0 && _building > 0;
        }
    }

    private static readonly RecoverySettings NoSettings = new() { ResultFolder = "/none", TempFolder = "/none", ParentCacheFolder = "/nonexistent" };

    private sealed class Labels(FakeSealer fake) : Labelling(NoSettings)
    {
        public override string ParentCachePath(PorepParameters porep) => "/nonexistent/parents";

        public override IParents OpenParents(
            PorepParameters porep, SectorSink events, CancellationToken cancellation) => fake.OpenParents();

        public override NodeCosts CostsOf(PorepParameters porep) => Costs;

        public override void Label(LabelWork sector, LayerWatermark? lastLayer, CancellationToken cancellation) =>
            fake.Label(sector.Job, sector.Log, sector.Progress, cancellation);

        public override void LabelTogether(IReadOnlyList<LabelWork> sectors, CancellationToken cancellation) => fake.LabelTogether(sectors, cancellation);
    }

    private sealed class Trees(FakeSealer fake) : TreeMaking
    {
        public override void Follow(SealJob job, LayerWatermark lastLayer, StepContext step) => fake.Following?.Invoke(job, lastLayer, step.Cancellation);

        public override SealedCommitments Seal(SealJob job, StepContext step) => fake.Seal(job, step.Log, step.Cancellation);

        public override void MakeSyntheticProofs(SealJob job, SealedCommitments made, StepContext step, StandingLayers? standing = null) =>
            throw new NotSupportedException("labels made up of nothing have no openings");

        public override SealedCommitments Update(UpdateJob job, StepContext step) => fake.Update(job, step.Log, step.Cancellation);

        public override SealedCommitments RemoveData(UpdateJob job, StepContext step) => fake.RemoveData(job, step.Log);

        public override PAuxFile? TryBuildBeside(SealJob job, ISectorData replica, CommR expected, StepsOf steps, StepContext step) =>
            fake.TryBuildBeside(job, replica, expected, steps, step.Log);
    }

    private sealed class Proofs(FakeSealer fake) : Proving(NoSettings)
    {
        public override CommR CommROf(PAuxFile pAux) => FakeSealer.CommROf(pAux);

        public override IReadOnlyList<ProofFault> Prove(
            ReplicaFiles files, PorepParameters porep, SectorId sector, CommR commR, Bytes32 randomness, int nodes, CancellationToken cancellation) =>
            fake.Prove(files, commR);

        public override IReadOnlyList<ProofFault> CheckOpenings(
            SectorFacts facts, ReplicaInputs inputs, Bytes32 commC, string cacheFolder, IProgress<SealProgress> progress, CancellationToken cancellation) => [];
    }

    private sealed class Parents(FakeSealer sealer) : IParents
    {
        public void Dispose() => sealer.ParentsOpenNow--;
    }
}
