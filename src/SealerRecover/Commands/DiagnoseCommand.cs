using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Bench;
using SealerRecover.Recovery.Diagnosis;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// After a mismatch: judges every candidate cause by what was kept, what was used and what the chain says. Nothing is written.
/// <code>sealer-recover diagnose --miner=f01000 --sealing-temp=/temp 7</code>
/// </summary>
internal sealed class DiagnoseCommand : ICommand
{
    private readonly KnownSectors _known = new();
    private readonly Option<string?> _temp = Text("--sealing-temp", "folder", $"The folder in which the mismatch was left. Default: {RecoveryOptions.DefaultTemp}.");
    private readonly Option<string?> _sealed = Text("--sealed", "file", "A sealed file to judge instead of the kept one.");
    private readonly Option<string?> _cache = Text("--cache", "folder", "Its cache folder.");
    private readonly Option<bool> _offline = new("--offline") { Description = "Ask no chain node. Also so where no node is configured." };
    private readonly Option<bool> _quick = new("--quick") { Description = "Read neither the replica nor the parent cache, only p_aux." };
    private readonly Option<int?> _rowsToDiscard = CommonOptions.Whole(
        "--rows-to-discard", 0, EnvironmentSettings.MostRowsToDiscard, "count", "Rows that tree_r_last lacks, with --cache. Default: FIL_PROOFS_ROWS_TO_DISCARD, or 2.");

    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");
    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public DiagnoseCommand()
    {
        Syntax = new Command("diagnose", "After a mismatch: say which causes are certain, possible or excluded, and what settles them. Writes nothing.");
        _known.AddTo(Syntax);
        foreach (Option option in new Option[] { _temp, _sealed, _cache, _offline, _quick, _rowsToDiscard, _threads, _kernel.Kernel })
        {
            Syntax.Add(option);
        }

        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "diagnose";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        long started = context.Host.Time.GetTimestamp();
        (SectorId sector, SectorFacts? said) = await _known.OneAsync(context);
        string temp = context.Folders.Absolute(context.Parsed.GetValue(_temp) ?? RecoveryOptions.DefaultTemp, _temp.Name);
        KeptWork work = KeptWork.Find(temp, sector, Absolute(context, _sealed), Absolute(context, _cache));
        bool offline = context.Parsed.GetValue(_offline) || !_known.Node.AreGiven(context);
        UsedInputs used = work.Inputs ?? await InputsAsync(context, sector, said, work, offline);
        string? saidOtherwise = null;
        if (work.Inputs is not null && said is not null)
        {
            UsedInputs now = UsedInputs.Of(said, _known.MetadataPath(context)!);
            saidOtherwise = used.DifferencesFrom(now);
            used = used.Ticket == now.Ticket ? used with { TicketEpoch = now.TicketEpoch } : used; // A journal does not hold it.
        }

        DiagnosisFacts read = context.View.Live(() => Read(context, used, work)) with { SaidOtherwise = saidOtherwise };
        DiagnosisFacts facts = await AskAsync(context, used, offline, read);
        MismatchDiagnosis diagnosis = MismatchDiagnosis.Of(facts);

        int threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores;
        PorepParameters porep = used.SealProof.Porep;
        StepSpeeds speeds = StepSpeeds.Measure(porep, _kernel.Read(context), context.Host.Time, context.Cancellation);
        RerunTimes times = new(TimeSpan.FromSeconds(speeds.Tree(porep, threads)), TimeSpan.FromSeconds(speeds.Sealing(porep, threads)));
        bool chainAgrees = facts.Chain is { } chain && CrossCheck.Of(used, chain).Contradictions.Count == 0;
        RerunCommands commands = new(used, work, _known.MetadataPath(context), temp, chainAgrees);
        DiagnosisAnswer answer = new(diagnosis, commands.For, times);
        context.View.Answered(answer);
        return new Report
        {
            Command = Name,
            Sectors =
            [
                new SectorReport(
                    sector,
                    diagnosis.Mismatch is null ? SectorResult.Good : diagnosis.IsCertain ? SectorResult.Explained : SectorResult.Failed,
                    SealedCid: null,
                    Commitments: null,
                    Files: [],
                    context.Host.Time.GetElapsedTime(started),
                    answer.Complaint is { } complaint ? Failure.From(complaint) : null),
            ],
            Next = answer.Next(),
        };
    }

    private static Option<string?> Text(string name, string unit, string description) => new(name) { Description = description, HelpName = unit };

    private static string? Absolute(CommandContext context, Option<string?> option) =>
        context.Parsed.GetValue(option) is { } given ? context.Folders.Absolute(given, option.Name) : null;

    /// <summary>Where no journal tells what was used: the metadata file, or what a look-up would use.</summary>
    private async Task<UsedInputs> InputsAsync(CommandContext context, SectorId sector, SectorFacts? said, KeptWork work, bool offline)
    {
        if (said is not null)
        {
            return UsedInputs.Of(said, _known.MetadataPath(context)!);
        }

        return offline
            ? throw new OperatorException(
                FailureKind.BadInput,
                $"what {sector} was sealed with is not known: {work.Folder} has no journal, and neither a metadata file nor a chain node was named",
                "name the folder of the mismatch with --sealing-temp, or the metadata file with --metadata")
            : UsedInputs.Of(await _known.FindOneAsync(context), "a look-up on chain, as a run would make it now");
    }

    private DiagnosisFacts Read(CommandContext context, UsedInputs used, KeptWork work) => new KeptFiles(
        new KeptFilesSettings
        {
            Quick = context.Parsed.GetValue(_quick),
            Threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores,
            RowsToDiscard = context.Parsed.GetValue(_rowsToDiscard) ?? context.Environment.RowsToDiscard,
            Kernels = _kernel.Read(context),
            ParentCacheFolder = context.Environment.ParentCacheFolder,
        },
        context.Events.LongProgressOf(used.Sector),
        context.Cancellation).Read(used, work);

    private async Task<DiagnosisFacts> AskAsync(CommandContext context, UsedInputs used, bool offline, DiagnosisFacts facts)
    {
        if (offline)
        {
            return facts with { ChainSilence = "no chain node was asked" };
        }

        try
        {
            IReadOnlyList<StatementResult> results = await _known.Node.StatementsAsync(
                context, used.Sector.Miner, [new TicketClaim(used.Sector.Number, used.Ticket, used.TicketEpoch)]);
            return facts with
            {
                Chain = results[0].Statement,
                ChainSilence = results[0].Failure?.Message,
                NotOnChain = results[0].Failure?.Kind == FailureKind.NotOnChain,
            };
        }
        catch (OperatorException silence)
        {
            return facts with { ChainSilence = silence.Message, NotOnChain = silence.Kind == FailureKind.NotOnChain };
        }
    }
}
