using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Chain.Rpc;
using Filecoin.Curio;
using Filecoin.Primitives;
using Filecoin.Sealing.PreCommit;
using SealerRecover.Recovery.Doctor;
using SealerRecover.Recovery.Storage;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Looks at all that a recovery needs, before it is needed: who can be asked and what they can tell, storage, disks, caches, kernels, limits, the
/// clock. Nothing stays of it.
/// <code>sealer-recover doctor --miner=f01000 --sealing-temp=/nvme/temp</code>
/// </summary>
internal sealed class DoctorCommand : ICommand
{
    private const string DefaultSize = "32GiB";

    /// <summary>Bytes that measure a disk.</summary>
    private const long Measured = 256L << 20;

    /// <summary>Beyond the timeouts of what is asked, which say more than that something took too long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>What takes longer is said.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly NodeOptions _node = new();
    private readonly StorageOption _storage = new();
    private readonly RecoveryOptions _recovery = new();
    private readonly Option<string?> _size = new("--sector-size")
    {
        Description = $"Sectors of which size shall be recovered here. Default: {DefaultSize}.",
        HelpName = "size",
    };

    /// <summary>Makes the command.</summary>
    public DoctorCommand()
    {
        Syntax = new Command("doctor", "Check all that a recovery needs on this machine and around it, and say what to do where something is wrong.")
        {
            _storage.Folders, _recovery.Temp, _recovery.Result, _size, _recovery.Kernel.Kernel,
        };
        _node.AddWithoutSourcesTo(Syntax);
        Syntax.Add(_node.Sources.Archive);
        Syntax.Add(_node.Sources.LotusMiner);
        Syntax.Add(_node.Sources.CurioDatabase);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "doctor";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        List<JsonRpcClient> clients = [];
        try
        {
            StorageAnswer? storage = null;
            List<ICheck> checks = [.. Around(context, clients)];
            checks.Add(Storage(context, found => storage = found));
            checks.AddRange(Here(context));
            TimeSpan limit = TimeSpan.FromSeconds(_node.QuickTimeoutSeconds(context)) + Grace;
            IReadOnlyList<Finding> findings = await RunAsync(context, new CheckRun(limit, context.Host.Time), checks);
            if (storage is { Asked.Count: > 0 })
            {
                context.View.Answered(storage);
            }

            context.View.Answered(new DoctorAnswer(findings));
            int wrong = findings.Count(finding => finding.Verdict == CheckVerdict.Wrong);
            return new Report
            {
                Command = Name,
                Failure = wrong == 0 ? null : Failure.From(new OperatorException(
                    FailureKind.NotReady, $"{wrong} of {findings.Count} findings {(wrong == 1 ? "is" : "are")} wrong", "what to do stands behind each; then run doctor again")),
            };
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private static async Task<IReadOnlyList<Finding>> RunAsync(CommandContext context, CheckRun run, IReadOnlyList<ICheck> checks)
    {
        Task<IReadOnlyList<Finding>> running = run.RunAsync(checks, context.Cancellation);
        if (await Task.WhenAny(running, Task.Delay(Patience, context.Cancellation)) != running && run.Pending is { Count: > 0 } pending)
        {
            context.Events.Notice($"still looking at: {string.Join(", ", pending)}");
        }

        return await running;
    }

    /// <summary>Who can be asked.</summary>
    private IEnumerable<ICheck> Around(CommandContext context, List<JsonRpcClient> clients)
    {
        ActorId? miner = context.Parsed.GetValue(_node.Miner) is null ? null : _node.ReadMiner(context.Parsed).ActorId;
        yield return _node.AreGiven(context)
            ? Asked("chain node", () => new NodeCheck(Connect(_node.ReadEndpoints(context.Parsed, context.Environment)), miner, isArchive: false, context.Host.Time))
            : new Told(Finding.Note("chain node", "none is configured", "set FULLNODE_API_INFO to what `lotus auth api-info --perm read` prints; without one only what a metadata file holds is recovered"));
        if (context.Parsed.GetValue(_node.Sources.Archive) is { } archive)
        {
            yield return Asked("archive node", () => new NodeCheck(Connect(ApiInfo.Parse(archive, _node.Sources.Archive.Name)), miner, isArchive: true, context.Host.Time));
        }

        yield return Asked("lotus-miner", () => _node.Sources.LotusMinerEndpoints(context) is { } endpoints ? new LotusMinerCheck(Connect(endpoints), miner) : null);
        yield return Asked("Curio's database", () =>
            _node.Sources.Curio(context, TimeSpan.FromSeconds(_node.QuickTimeoutSeconds(context))) is { } curio ? new CurioCheck(curio) : null);

        JsonRpcClient Connect(IReadOnlyList<ChainEndpoint> endpoints)
        {
            JsonRpcClient client = NodeOptions.Connect(context, endpoints, _node.QuickTimeoutSeconds(context));
            clients.Add(client);
            return client;
        }
    }

    /// <summary>What cannot even be asked, as it is configured, is a finding like others.</summary>
    private static ICheck Asked(string what, Func<ICheck?> make)
    {
        try
        {
            return make() ?? new Told();
        }
        catch (OperatorException failure)
        {
            return new Told(Finding.Of(what, failure));
        }
    }

    private ICheck Storage(CommandContext context, Action<StorageAnswer> found)
    {
        ImmutableArray<string> named;
        try
        {
            named = _storage.ReadAnyPaths(context);
        }
        catch (OperatorException failure)
        {
            return new Told(Finding.Of("storage", failure));
        }

        return named.IsEmpty
            ? new StorageCheck(async _ =>
            {
                StorageAnswer answer = await new StorageDiscovery(_node).AskAsync(context, asksOthers: true);
                found(answer);
                return answer.Paths;
            })
            : new StorageCheck(_ => Task.FromResult(StorageJudgement.Of(
                [new AskedTeller(StorageTeller.LotusRepository, _storage.Folders.Name, [.. named.Select(path => new ToldStorage(StorageTeller.LotusRepository, null, path, [], null))], null)],
                StorageLook.At)));
    }

    /// <summary>This machine.</summary>
    private IEnumerable<ICheck> Here(CommandContext context)
    {
        SealProofInfo proof = ReadProof(context.Parsed);
        SealResources needs = SealResources.For(proof.Porep, keepAll: false, hasData: true, context.Environment.ParentWindowNodes, context.Host.Cores);
        string temp = context.Folders.Absolute(context.Parsed.GetValue(_recovery.Temp) ?? RecoveryOptions.DefaultTemp, _recovery.Temp.Name);
        string result = context.Folders.Absolute(context.Parsed.GetValue(_recovery.Result) ?? RecoveryOptions.DefaultResult, _recovery.Result.Name);
        yield return new DiskCheck("sealing disk", temp, needs.TempDisk, proof.SectorSize, Measured, context.Host.Time);
        yield return new DiskCheck("result disk", result, needs.ResultDisk, proof.SectorSize, 0, context.Host.Time);
        yield return new ParentCacheCheck(context.Environment.ParentCacheFolder, proof.Porep);
        yield return Asked("kernels", () => new KernelCheck(_recovery.Kernel.Read(context, buildsTrees: true)));
        yield return new MemoryCheck(needs.LabelMemory, proof.SectorSize);
        yield return new LimitsCheck(2 * needs.OpenFiles);
    }

    private SealProofInfo ReadProof(ParseResult parsed) =>
        parsed.GetValue(_size) is var text && SectorSize.TryParse(text ?? DefaultSize, out SectorSize size) && SealProofs.TryGet(size, PorepVariant.V1_1, out SealProofInfo proof)
            ? proof
            : throw new OperatorException(
                FailureKind.BadInput, $"{_size.Name} is \"{SafeText.Short(text!)}\", which no seal proof is for", "write 2KiB, 8MiB, 512MiB, 32GiB or 64GiB");

    /// <summary>What is known without looking; nothing for what is not configured.</summary>
    private sealed class Told(params IReadOnlyList<Finding> findings) : ICheck
    {
        public string What => "";

        public Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation) => Task.FromResult(findings);
    }

    /// <summary>Curio's database: whether it lets in, and what it may be read of.</summary>
    private sealed class CurioCheck(CuriosDatabase database) : ICheck
    {
        public string What => database.Name;

        public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
        {
            IReadOnlyList<CurioStoragePath> paths = await database.StoragePathsAsync(cancellation);
            return [Finding.Fine(What, $"it answers: {paths.Count} storage paths with {paths.Sum(path => path.Sectors)} sectors")];
        }
    }
}
