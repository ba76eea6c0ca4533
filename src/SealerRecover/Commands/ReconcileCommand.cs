using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Curio;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Reconcile;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Lays chain, lotus-miner's or Curio's index, and storage paths side by side, and says where they disagree. Nothing is changed.
/// <code>sealer-recover reconcile --miner=f01000 --storage=/sector --csv=./reconciled.csv</code>
/// </summary>
internal sealed class ReconcileCommand : ICommand
{
    private readonly NodeOptions _node = new();
    private readonly StorageOption _storage = new();
    private readonly Option<bool> _offline = new("--offline") { Description = "Ask nobody over a network: only what storage paths hold is looked at." };
    private readonly Option<string?> _csv = new("--csv")
    {
        Description = "A file to write what disagrees to, a row each. One that is there is not overwritten.",
        HelpName = "file",
    };

    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public ReconcileCommand()
    {
        Syntax = new Command("reconcile", "Compare chain, lotus-miner's or Curio's index and storage paths; say where they disagree. Changes nothing.");
        _node.AddWithoutSourcesTo(Syntax);
        Array.ForEach((Option[])[_node.Sources.LotusMiner, _node.Sources.CurioDatabase, _storage.Folders, _offline, _csv, _kernel.Kernel], Syntax.Add);
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "reconcile";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        bool asks = !context.Parsed.GetValue(_offline);
        string? csv = context.Parsed.GetValue(_csv) is { } given ? context.Folders.Absolute(given, _csv.Name) : null;
        if (csv is not null && Path.Exists(csv))
        {
            throw new OperatorException(FailureKind.TargetExists, $"{csv} exists already and is not overwritten", $"move it away, or name another file with {_csv.Name}");
        }

        SurveySettings settings = new() { Kernels = _kernel.Read(context, buildsTrees: true) };
        StorageRoots roots = _storage.ReadRoots(context, _node, asks);
        Told told = await AskAsync(context, roots, asks);
        if (told.Chain is null)
        {
            context.Events.Notice("no chain node was asked: which sectors there are is not known, and whether files are of sectors that have ended");
        }

        if (told.Indexes.Count == 0)
        {
            context.Events.Notice("neither lotus-miner nor Curio's database was asked: what they believe to be where is not compared");
        }

        IReadOnlyList<Discrepancy> found = context.View.Live(() => new Reconciler(told.Miner, roots, told.Indexes).Find(told.Chain, settings));
        ReconcileAnswer answer = new(
            found, told.Miner, told.Chain?.Live.Count, roots.NumbersOf(told.Miner).Count, [.. told.Indexes.Select(index => index.Name)]);
        context.View.Answered(answer);
        if (csv is not null)
        {
            StorageFailure.Explain($"writing {csv}", () => NewFile.Write(LinuxFileSystem.Instance, csv, path => File.WriteAllLines(path, answer.Csv())));
        }

        return new Report
        {
            Command = Name,
            Sectors = told.Unanswered,
            Failure = answer.Complaint is { } complaint ? Failure.From(complaint) : null,
            File = csv,
            FileNote = csv is null ? null : string.Create(CultureInfo.InvariantCulture, $"{csv} holds {found.Count} rows"),
            Next = [.. Next(roots, told.Miner, found)],
        };
    }

    /// <summary>Asks the indexes and the chain. Of sectors that others hold by an index the chain is not asked what they commit to.</summary>
    private async Task<Told> AskAsync(CommandContext context, StorageRoots roots, bool asks)
    {
        Address named = _node.ReadMiner(context.Parsed);
        if (!asks || !_node.AreGiven(context))
        {
            ActorId miner = named.ActorId ?? throw new OperatorException(
                FailureKind.BadInput, "without a chain node the miner's number is not known", "name it as f01000, as in the names of its files, s-t01000-…");
            return new Told(miner, null, asks ? NodeOptions.Live(context, () => IndexesAsync(context, miner)) : [], []);
        }

        return await _node.AskAsync(context, lookup =>
        {
            IReadOnlyList<SectorIndex> indexes = NodeOptions.Live(context, () => IndexesAsync(context, lookup.Miner));
            HashSet<ulong> live = [.. NodeOptions.Live(context, () => lookup.LiveSectorsAsync(context.Cancellation))];
            ulong[] numbers = [.. live.Except(new Reconciler(lookup.Miner, roots, indexes).HeldElsewhere(live)).Union(roots.NumbersOf(lookup.Miner)).Order()];
            IReadOnlyList<CommitmentsResult> found = NodeOptions.Live(
                context, () => lookup.FindCommitmentsAsync(numbers, NodeOptions.DefaultConcurrency, context.Cancellation));
            return Task.FromResult(new Told(
                lookup.Miner,
                new ChainSectors(live, found.Select(result => result.Commitments).OfType<SectorCommitments>().ToDictionary(sector => sector.Sector.Number)),
                indexes,
                [
                    // That a sector has ended is an answer; that nobody answered is none.
                    .. found.Where(result => result.Failure is { Kind: not FailureKind.NotOnChain }).Select(result => SectorReport.Failed(result.Sector, result.Failure!)),
                ]));
        });
    }

    private async Task<IReadOnlyList<SectorIndex>> IndexesAsync(CommandContext context, ActorId miner)
    {
        List<SectorIndex> indexes = [];
        if (_node.Sources.LotusMinerEndpoints(context) is { } endpoints)
        {
            using JsonRpcClient client = NodeOptions.Connect(context, endpoints, _node.SlowTimeoutSeconds(context));
            IReadOnlyList<MinerStoragePath> paths = await new LotusMiner(client).StoragePathsAsync(context.Cancellation);
            indexes.Add(new SectorIndex(
                "lotus-miner",
                paths.Select(path => path.Id).ToHashSet(StringComparer.Ordinal),
                [.. from path in paths from files in path.Files from bit in Enumerable.Range(0, 31) where (files.FileTypes & (1 << bit)) != 0 select new IndexedFile(path.Id, files.Sector, 1 << bit)]));
        }

        if (_node.Curio(context) is { } database)
        {
            IReadOnlyList<CurioStoragePath> paths = await database.StoragePathsAsync(context.Cancellation);
            IReadOnlyList<CurioFile> files = await database.FilesAsync(miner, context.Cancellation);
            indexes.Add(new SectorIndex(
                database.Name,
                paths.Select(path => path.Id).ToHashSet(StringComparer.Ordinal),
                [.. files.Select(file => new IndexedFile(file.StorageId, file.Sector, file.FileType))]));
        }

        return indexes;
    }

    private static IEnumerable<Advice> Next(StorageRoots roots, ActorId miner, IReadOnlyList<Discrepancy> found)
    {
        ulong[] wanting =
        [
            .. found.Where(one => one.Kind is DiscrepancyKind.Lost or DiscrepancyKind.Incomplete or DiscrepancyKind.Misplaced)
                .Select(one => one.Sector!.Value.Number).Distinct().Order(),
        ];
        if (wanting.Length > 0)
        {
            string[] words = ["sealer-recover", "survey", $"--miner={miner}", .. roots.Folders.Select(folder => $"--storage={folder}"), .. SectorNumbers.Ranges(wanting)];
            yield return new Advice("Look at the sectors whose files are missing or misplaced; survey says what mends them:", [string.Join(' ', words.Select(ShellWords.Quote))]);
        }
    }

    /// <summary>What others than the disks say.</summary>
    /// <param name="Miner">Whose sectors.</param>
    /// <param name="Chain">What the chain has; null where it was not asked.</param>
    /// <param name="Indexes">What lotus-miner and Curio believe, those that were asked.</param>
    /// <param name="Unanswered">Sectors about which the chain did not answer.</param>
    private sealed record Told(ActorId Miner, ChainSectors? Chain, IReadOnlyList<SectorIndex> Indexes, IReadOnlyList<SectorReport> Unanswered);
}
