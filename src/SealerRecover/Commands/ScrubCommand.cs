using System.CommandLine;
using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Ledger;
using SealerRecover.Recovery.Scrub;
using SealerRecover.Recovery.Survey;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Reads every sector of storage paths from end to end, a stretch each night, and remembers what it saw; keeps the metadata file of a recovery up to
/// date. Changes nothing in storage paths.
/// <code>sealer-recover scrub --miner=f01000 --rate=200MiB --hours=1-6</code>
/// </summary>
internal sealed class ScrubCommand : ICommand
{
    private readonly NodeOptions _node = new();
    private readonly StorageOption _storage = new();
    private readonly ScrubOptions _options = new();
    private readonly ReadingOptions _reading = new();
    private readonly Option<bool> _offline = new("--offline")
    {
        Description = "Ask nobody: files are compared with what the metadata file has, or with each other. Also so where no node is configured.",
    };

    private readonly Option<bool> _status = new("--status")
    {
        Description = "Read nothing; say how far scrubbing is, what was found damaged, and when all will have been read.",
    };

    /// <summary>Makes the command.</summary>
    public ScrubCommand()
    {
        Syntax = new Command("scrub", "Read all sectors of storage paths bit by bit, a stretch a night, and remember what was seen. Changes nothing in them.");
        _node.AddTo(Syntax);
        foreach (Option option in (Option[])[_offline, _storage.Folders, .. _options.All, _status, .. _reading.All])
        {
            Syntax.Add(option);
        }

        Common.AddLongTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "scrub";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        string path = _options.LedgerPath(context);
        if (context.Parsed.GetValue(_status))
        {
            return Status(context, path);
        }

        ScrubSettings settings = ReadSettings(context);
        (DateTimeOffset? end, bool isInside, string hours) = _options.Window(context);
        _ = _node.ReadMiner(context.Parsed);
        if (!isInside)
        {
            context.Events.Notice($"it is not between the hours {hours}: nothing is read now");
            return new Report { Command = Name };
        }

        if (IdleReading.Begin() is { } refused)
        {
            context.Events.Notice($"reading does not stand back behind that of others, since the system refuses its idle class: {refused}");
        }

        bool asks = !context.Parsed.GetValue(_offline) && _node.AreGiven(context);
        StorageRoots roots = _storage.ReadRoots(context, _node, asks);
        using ScrubLedger ledger = ScrubLedger.Open(path, context.Host.Time);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        using ITimer? over = end is { } at
            ? context.Host.Time.CreateTimer(_ => stop.Cancel(), state: null, Until(at, context.Host.Time), Timeout.InfiniteTimeSpan)
            : null;
        ScrubFacts facts = await FactsAsync(context, roots, asks, stop.Token);
        ScrubRun run = new Scrubber(roots, ledger, settings, context.Host.Time, context.Events).Begin(facts.Miner, facts.All(size: null), stop.Token);
        List<SectorReport> reports = [];
        List<ulong> damaged = [];
        foreach (ScrubbedSector seen in run.StillDamaged)
        {
            reports.Add(SectorReport.Failed(seen.Sector, new OperatorException(
                FailureKind.Storage,
                $"{seen.Sector}: found damaged {Quantities.Instant(seen.LookedAt)}, and its files were not touched since",
                seen.Complaint ?? "survey says how")));
            damaged.Add(seen.Sector.Number);
        }

        long started = context.Host.Time.GetTimestamp();
        while (context.View.Live(run.Next) is { } looked)
        {
            SurveyAnswer answer = new(looked.Survey, ScrubFacts.ComparedWith(looked.Survey.Facts), ShowGood: false);
            if (!looked.Seen.IsWhole)
            {
                context.View.Answered(answer);
                damaged.Add(looked.Seen.Sector.Number);
            }

            reports.Add(new SectorReport(
                looked.Seen.Sector,
                answer.Result,
                looked.Survey.Facts.UpdateSealedCid ?? looked.Survey.Facts.SealedCid,
                Commitments: null,
                [.. looked.Survey.Files.Select(file => file.Best?.Path).OfType<string>()],
                context.Host.Time.GetElapsedTime(started),
                answer.Complaint is { } complaint ? Failure.From(complaint) : null)
            {
                HowFar = SurveyAnswer.HowFar(looked.Survey),
                BlockChance = looked.Survey.BlockChance,
            });
            started = context.Host.Time.GetTimestamp();
        }

        ScrubNight night = run.End();
        context.View.Answered(new ScrubAnswer(ScrubStatus.Of(ledger, facts.Miner), path, facts.Path));
        return new Report
        {
            Command = Name,
            Sectors = [.. reports.OrderBy(report => report.Sector.Number)],
            Failure = facts.NotKept is { } failure ? Failure.From(failure) : null,
            File = facts.Written is null ? null : facts.Path,
            FileNote = facts.Written is { } count
                ? string.Create(CultureInfo.InvariantCulture, $"{facts.Path} holds {count} sectors of {facts.Miner} now")
                : null,
            Stopped = night.End == ScrubEnd.Interrupted && context.Cancellation.IsCancellationRequested,
            Next = damaged.Count == 0 ? [] : [Heal(context, roots, facts.Miner, path, damaged)],
        };
    }

    private Report Status(CommandContext context, string path)
    {
        if (!File.Exists(path))
        {
            context.Events.Notice($"nothing was scrubbed yet: {path} is not there");
            return new Report { Command = Name };
        }

        using ScrubLedger ledger = ScrubLedger.OpenToRead(path, context.Host.Time);
        ActorId? only = context.Parsed.GetValue(_node.Miner) is null ? null : _node.ReadMiner(context.Parsed).ActorId;
        foreach (ActorId miner in ledger.Miners().Where(miner => only is null || miner == only))
        {
            context.View.Answered(new ScrubAnswer(ScrubStatus.Of(ledger, miner), path, _options.MetadataPath(context, miner)));
        }

        return new Report { Command = Name };
    }

    private ScrubSettings ReadSettings(CommandContext context) => new()
    {
        Rate = _options.Rate(context),
        AgainAfter = _options.AgainAfter(context),
        Survey = new SurveySettings
        {
            RowsToDiscard = _reading.RowsToDiscard(context),
            Threads = _reading.Threads(context),
            Kernels = _reading.Kernels(context),
        },
    };

    private async Task<ScrubFacts> FactsAsync(CommandContext context, StorageRoots roots, bool asks, CancellationToken stop)
    {
        ScrubFacts facts = new(context, _options, roots);
        ActorId? miner = _node.ReadMiner(context.Parsed).ActorId;
        try
        {
            if (asks)
            {
                await _node.AskAsync(context, lookup =>
                {
                    facts.Ask(lookup, stop);
                    return Task.FromResult(true);
                });
                return facts;
            }
        }
        catch (OperatorException failure) when (miner is not null)
        {
            // Disks are read all the same, and compared with what was told before.
            context.Events.Notice($"the chain could not be asked, so the metadata file is as old as before: {failure.Message}");
        }

        facts.Offline(miner ?? throw new OperatorException(
            FailureKind.BadInput, "without a chain node the miner's number is not known", "name it as f01000, as in the names of its files, s-t01000-…"));
        return facts;
    }

    private static TimeSpan Until(DateTimeOffset end, TimeProvider time) => end - time.GetUtcNow() is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    /// <summary>The command that heals. It looks at a few stretches of each replica by itself, which single blocks escape: what was found is handed over.</summary>
    private Advice Heal(CommandContext context, StorageRoots roots, ActorId miner, string ledger, List<ulong> numbers)
    {
        string[] words =
        [
            "sealer-recover", "heal", $"--miner={miner}", .. roots.Folders.Select(folder => $"--storage={folder}"), $"--survey={ledger}", .. _reading.Words(context),
            .. SectorNumbers.Ranges([.. numbers.Order()]),
        ];
        return new Advice(
            numbers.Count == 1
                ? "Heal the sector; what that takes is said before anything starts:"
                : string.Create(CultureInfo.InvariantCulture, $"Heal these {numbers.Count} sectors; what that takes is said before anything starts:"),
            [string.Join(' ', words.Select(ShellWords.Quote))]);
    }
}
