using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Primitives;
using SealerRecover.Recovery.Unsealing;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Takes the data, or a part of it, out of a sealed or updated sector, or out of its unsealed copy; or pieces of many sectors into a folder.
/// <code>sealer-recover unseal --miner=f01000 --sector=7 --sealed=/sector/sealed/s-t01000-7 --piece=baga6ea4seaq… --output=./deal.car</code>
/// </summary>
internal sealed class UnsealCommand : ICommand
{
    private readonly KnownSectors _sectors = new();

    private readonly Option<string?> _sealed = Path("--sealed", "file", "The sealed file; for an update its key, which is made again if this is not given.");
    private readonly Option<string?> _cache = Path("--cache", "folder", "The sealed file's cache folder: its p_aux is checked, and a last layer in it saves labelling.");
    private readonly Option<string?> _update = Path("--update", "file", "The updated file of a snapped sector.");
    private readonly Option<string?> _updateCache = Path("--update-cache", "folder", "The update's cache folder: its p_aux is checked.");
    private readonly Option<string?> _unsealed = Path("--unsealed", "file", "An unsealed copy, whole or in part, to take the data out of instead: nothing is labelled.");
    private readonly Option<string?> _output = Path("--output", "file", "The file of raw bytes to write. One that is there is not overwritten.");
    private readonly Option<string?> _piece = Path("--piece", "cid", "The piece to get, by its CID of version 1 or 2. Default: the whole sector.");
    private readonly Option<string?> _offset = Path("--offset", "bytes", "First padded byte to get, a multiple of 128. Default: 0.");
    private readonly Option<string?> _length = Path("--length", "bytes", "Padded bytes to get, a multiple of 128. Default: to the end.");
    private readonly Option<string?> _temp = Path("--sealing-temp", "folder", $"Folder for labels; a rerun goes on from what is there. Default: {RecoveryOptions.DefaultTemp}.");
    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");
    private readonly Option<bool> _keepLabels = new("--keep-labels")
    {
        Description = "Keep the last layer in --sealing-temp, for another part of the same sector.",
    };

    private readonly Option<bool> _ignoreResources = new("--ignore-resources")
    {
        Description = "Start although memory or disk seem too little.",
    };

    private readonly KernelOption _kernel = new();
    private readonly UnsealPieces _many;

    /// <summary>Makes the command.</summary>
    public UnsealCommand()
    {
        Syntax = new Command("unseal", "Take the raw data, or a piece of it, out of a sealed or updated sector or its unsealed copy.");
        _many = new UnsealPieces(_sectors);
        _sectors.AddTo(Syntax);
        _many.AddTo(Syntax);
        foreach (Option option in new Option[]
        {
            _sealed, _cache, _update, _updateCache, _unsealed, _output, _piece, _offset, _length, _temp, _threads, _keepLabels, _ignoreResources, _kernel.Kernel,
        })
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
    public string Name => "unseal";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        UnsealHow how = new()
        {
            TempFolder = context.Folders.Absolute(context.Parsed.GetValue(_temp) ?? RecoveryOptions.DefaultTemp, _temp.Name),
            ParentCacheFolder = context.Environment.ParentCacheFolder,
            Threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores,
            ParentWindowNodes = context.Environment.ParentWindowNodes,
            Kernels = _kernel.Read(context),
            KeepLabels = context.Parsed.GetValue(_keepLabels),
            IgnoreResources = context.Parsed.GetValue(_ignoreResources),
        };
        if (_many.AreAsked(context.Parsed))
        {
            RefuseFiles(context.Parsed);
            return await _many.RunAsync(context, Name, how);
        }

        string output = Absolute(context, _output) ?? throw new OperatorException(
            FailureKind.BadInput, "no output was named", $"name the file to write with {_output.Name}, or a folder for pieces of many sectors with --out");
        SectorFacts facts = await _sectors.FindOneAsync(context);
        SectorContents contents = SectorContents.Now(facts, context.Cancellation);
        UnsealRequest request = new()
        {
            NameOf = TypedNames.Of,
            Facts = facts,
            SealedFile = Absolute(context, _sealed),
            CacheFolder = Absolute(context, _cache),
            UpdateFile = Absolute(context, _update),
            UpdateCacheFolder = Absolute(context, _updateCache),
            UnsealedFile = Absolute(context, _unsealed),
            Range = ReadRange(context.Parsed, contents),
            Output = output,
            How = how,
        };
        long started = context.Host.Time.GetTimestamp();
        Unsealer unsealer = new(request, context.Host.Time);
        UnsealPlan plan = unsealer.Plan(context.Cancellation);
        context.View.Answered(new UnsealPlanAnswer(plan));
        context.View.Live(() =>
        {
            unsealer.Run(plan, context.Events, context.Cancellation);
            return true;
        });
        return new Report
        {
            Command = Name,
            Sectors = [new SectorReport(facts.Sector, SectorResult.Unsealed, null, null, [output], context.Host.Time.GetElapsedTime(started), null)],
            File = output,
            FileNote = UnsealPlanAnswer.Outcome(request),
        };
    }

    private static Option<string?> Path(string name, string unit, string description) => new(name) { Description = description, HelpName = unit };

    private static string? Absolute(CommandContext context, Option<string?> option) =>
        context.Parsed.GetValue(option) is { } given ? context.Folders.Absolute(given, option.Name) : null;

    /// <summary>Of many sectors the files are those of storage paths, and what is wanted stands in a list.</summary>
    private void RefuseFiles(ParseResult parsed)
    {
        Option<string?>[] ofOne = [_sealed, _cache, _update, _updateCache, _unsealed, _output, _piece, _offset, _length];
        if (Array.Find(ofOne, option => parsed.GetValue(option) is not null) is { } given)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{given.Name} is for one sector, but --out takes pieces of many out of storage paths", $"leave {given.Name} out, or --out");
        }
    }

    private UnsealRange ReadRange(ParseResult parsed, SectorContents contents)
    {
        string? piece = parsed.GetValue(_piece);
        string? offset = parsed.GetValue(_offset);
        string? length = parsed.GetValue(_length);
        if (piece is not null)
        {
            return offset is null && length is null ? UnsealRange.Of(contents, piece) : throw new OperatorException(
                FailureKind.BadInput, $"both a piece and a range were named", $"name one of them: {_piece.Name}, or {_offset.Name} and {_length.Name}");
        }

        return offset is null && length is null
            ? UnsealRange.All(contents)
            : UnsealRange.OfPadded(
                contents,
                offset is null ? 0 : CommonOptions.Bytes(offset, _offset),
                length is null ? null : CommonOptions.Bytes(length, _length));
    }
}
