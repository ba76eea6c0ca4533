using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Filecoin.Chain.Facts;
using Filecoin.Chain.Lookup;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using SealerRecover.Recovery.Survey;
using SealerRecover.Recovery.Unsealing;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>What unseal takes out of many sectors: pieces and stretches, out of storage paths, into a folder.</summary>
/// <param name="sectors">Which sectors, and what is known of them.</param>
internal sealed class UnsealPieces(KnownSectors sectors)
{
    private const string StandardInput = "-";

    private readonly Option<string?> _pieces = new("--pieces")
    {
        Description = "With --out: a list of what to get, - for standard input: a piece CID a line, or sector:offset:size in padded bytes. Default: all pieces of the sectors.",
        HelpName = "file",
    };

    private readonly Option<string?> _out = new("--out")
    {
        Description = "A folder for pieces of many sectors, each under its CID, out of storage paths. What is there and right is not made again.",
        HelpName = "folder",
    };

    private readonly StorageOption _storage = new(
        "With --out: a storage path of Lotus or Curio. May be repeated. Default: those of this machine that lotus-miner, Curio's database and their storage.json tell.");

    private readonly Option<int?> _parallel = CommonOptions.Whole(
        "--parallel", 1, 1024, "count", "With --out: sectors labelled at once, at most. Default: as many as end soonest within memory and disk.");

    /// <summary>Adds the options.</summary>
    public void AddTo(Command command) => Array.ForEach((Option[])[_pieces, _out, _storage.Folders, _parallel], command.Add);

    /// <summary>Whether pieces of many sectors are asked for.</summary>
    /// <exception cref="OperatorException">BadInput: a list is given and no folder.</exception>
    public bool AreAsked(ParseResult parsed) => parsed.GetValue(_out) is not null || (parsed.GetValue(_pieces) is null ? false : throw new OperatorException(
        FailureKind.BadInput, $"{_pieces.Name} was given without {_out.Name}", $"name the folder that the pieces go into with {_out.Name}"));

    /// <summary>Takes them out.</summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="name">The command's name in the report.</param>
    /// <param name="how">What unsealing of one sector has, too.</param>
    /// <exception cref="OperatorException">BadInput, no node answers, resources do not suffice, or the folder cannot be written to.</exception>
    public async Task<Report> RunAsync(CommandContext context, string name, UnsealHow how)
    {
        IReadOnlyList<WantedData>? listed = ReadList(context);
        if (listed is null && sectors.MetadataPath(context) is null)
        {
            _ = sectors.Sectors.ReadSome(context.Parsed);
        }

        StorageRoots storage = _storage.ReadRoots(context, sectors.Node);
        IReadOnlyList<SectorLookupResult> found = await sectors.FindAsync(
            context, [.. listed?.Select(wanted => wanted.Sector).OfType<ulong>().Distinct() ?? []], storage.NumbersOf);
        SectorFacts[] facts = [.. found.Select(result => result.Facts).OfType<SectorFacts>()];
        List<SectorReport> failed = [];
        IReadOnlyList<WantedData> wanted = listed ?? All(facts, failed, context.Cancellation);
        foreach (SectorLookupResult unknown in found.Where(result => result.Failure is not null))
        {
            context.Events.Notice(unknown.Sector, $"nothing is known of it, so nothing comes out of it: {unknown.Failure!.Message}");
            if (listed is null)
            {
                failed.Add(SectorReport.Failed(unknown.Sector, unknown.Failure));
            }
        }

        UnsealManyRequest request = new()
        {
            Wanted = wanted,
            Sectors = facts,
            Unknown = found.Where(result => result.Failure is not null).ToDictionary(result => result.Sector, result => result.Failure!),
            Storage = storage,
            OutputFolder = context.Folders.Absolute(context.Parsed.GetValue(_out)!, _out.Name),
            How = how,
            Parallel = context.Parsed.GetValue(_parallel),
        };
        ManyUnsealer unsealer = new(request);
        UnsealManyPlan plan = context.View.Live(() => unsealer.Plan(context.Events, context.Cancellation));
        context.View.Answered(new UnsealPiecesAnswer(plan, request.OutputFolder));
        IReadOnlyList<UnsealOutcome> outcomes = context.View.Live(() => unsealer.Run(plan, context.Events, context.Cancellation));
        UnsealedPiecesAnswer answer = new(outcomes, request.OutputFolder);
        context.View.Answered(answer);
        return new Report
        {
            Command = name,
            Sectors = [.. Used(outcomes), .. failed],
            Failure = answer.Failure,
            File = request.OutputFolder,
        };
    }

    private static ImmutableArray<WantedData> All(SectorFacts[] facts, List<SectorReport> failed, CancellationToken cancellation)
    {
        Dictionary<string, WantedData> wanted = new(StringComparer.Ordinal);
        foreach (SectorFacts sector in facts)
        {
            try
            {
                SectorContents contents = SectorContents.Now(sector, cancellation);
                if (contents.Order == OrderKnowledge.Unknown)
                {
                    throw new OperatorException(
                        FailureKind.BadInput,
                        $"{sector.Sector}: where its pieces lie is not known, because the order of them is not",
                        "take the whole of it with --output, or write the list in order into a metadata file (docs/formats.md) and use that with --metadata");
                }

                foreach (WantedData piece in contents.Needed.Select(placed => WantedData.Of(placed.Piece.CommP)))
                {
                    wanted.TryAdd(piece.Name, piece);
                }
            }
            catch (OperatorException failure)
            {
                failed.Add(SectorReport.Failed(sector.Sector, failure));
            }
        }

        return [.. wanted.Values];
    }

    private static IEnumerable<SectorReport> Used(IReadOnlyList<UnsealOutcome> outcomes) => outcomes
        .Where(outcome => outcome.From is not null)
        .GroupBy(outcome => outcome.From!.Request.Facts.Sector)
        .OrderBy(group => group.Key.Number)
        .Select(group => new SectorReport(group.Key, SectorResult.Unsealed, null, null, [.. group.Select(outcome => outcome.Output!)], TimeSpan.Zero, null)
        {
            HowFar = string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {(group.Count() == 1 ? "piece" : "pieces")}"),
        });

    private IReadOnlyList<WantedData>? ReadList(CommandContext context)
    {
        if (context.Parsed.GetValue(_pieces) is not { } given)
        {
            return null;
        }

        if (given == StandardInput)
        {
            return WantedData.Read(StorageFailure.Explain("reading standard input", () => Lines(context.Host.OpenInput())), "standard input");
        }

        string path = context.Folders.Absolute(given, _pieces.Name);
        return File.Exists(path)
            ? WantedData.Read(StorageFailure.Explain($"reading {path}", () => Lines(File.OpenRead(path))), path)
            : throw new OperatorException(FailureKind.BadInput, $"{path} is not there", $"name a file with a piece CID a line with {_pieces.Name}, or - for standard input");
    }

    private static List<string> Lines(Stream stream)
    {
        using StreamReader reader = new(stream);
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }
}
