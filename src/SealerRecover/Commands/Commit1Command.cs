using System.CommandLine;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using SealerRecover.Recovery.Proofs;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Commit 1 of a sector that was recovered with --keep-all: the file that Commit 2 takes.
/// <code>sealer-recover commit1 --miner=f01000 --sector=7 --seed=HEX --sealing-result=/sector --output=./c1-7.json</code>
/// </summary>
internal sealed class Commit1Command : ICommand
{
    private readonly KnownSectors _sectors = new();

    private readonly Option<string?> _seed = Text("--seed", "hex", "The interactive randomness, 64 hexadecimal digits. Not needed for non-interactive proofs.");
    private readonly Option<string?> _result = Text("--sealing-result", "folder", $"The folder with sealed/ and cache/ of the sector. Default: {RecoveryOptions.DefaultResult}.");
    private readonly Option<string?> _sealed = Text("--sealed", "file", "The sealed file, if it is elsewhere; of a snapped sector the key.");
    private readonly Option<string?> _cache = Text("--cache", "folder", "Its cache folder with layers and all trees, if it is elsewhere.");
    private readonly Option<string?> _output = Text("--output", "file", "The file to write. One that is there is not overwritten.");
    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");
    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public Commit1Command()
    {
        Syntax = new Command("commit1", "Write the vanilla proofs (Commit 1) of a sector whose layers and trees were kept.");
        _sectors.AddTo(Syntax);
        foreach (Option option in new Option[] { _seed, _result, _sealed, _cache, _output, _threads, _kernel.Kernel })
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
    public string Name => "commit1";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        string output = Absolute(context, _output) ?? throw new OperatorException(
            FailureKind.BadInput, "no output was named", $"name the file to write with {_output.Name}");
        Bytes32? seed = ReadSeed(context.Parsed);
        SectorFacts facts = await _sectors.FindOneAsync(context);
        Commit1Request request = new()
        {
            Facts = facts,
            SealedFile = Absolute(context, _sealed),
            CacheFolder = Absolute(context, _cache),
            ResultFolder = context.Folders.Absolute(context.Parsed.GetValue(_result) ?? RecoveryOptions.DefaultResult, _result.Name),
            Seed = seed ?? SeedWithoutInteraction(facts),
            Output = output,
            Threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores,
            Kernels = _kernel.Read(context),
        };
        long started = context.Host.Time.GetTimestamp();
        Commit1Output made = context.View.Live(() => Commit1Writer.Run(request, context.Events, context.Cancellation));
        context.View.Answered(new Commit1Answer(made));
        return new Report
        {
            Command = Name,
            Sectors = [new SectorReport(facts.Sector, SectorResult.Written, facts.SealedCid, null, [output], context.Host.Time.GetElapsedTime(started), null)],
            File = output,
            FileNote = $"{output} is what Commit 2 takes, as filecoin-ffi's seal_commit_phase1 gives it",
        };
    }

    private static Option<string?> Text(string name, string unit, string description) => new(name) { Description = description, HelpName = unit };

    private static string? Absolute(CommandContext context, Option<string?> option) =>
        context.Parsed.GetValue(option) is { } given ? context.Folders.Absolute(given, option.Name) : null;

    private Bytes32? ReadSeed(ParseResult parsed)
    {
        if (parsed.GetValue(_seed) is not { } text)
        {
            return null;
        }

        return text.Length == 2 * Bytes32.Length && text.All(char.IsAsciiHexDigit) ? Bytes32.FromHex(text) : throw new OperatorException(
            FailureKind.BadInput,
            $"{_seed.Name} is \"{SafeText.Short(text)}\", not 64 hexadecimal digits",
            "write the 32 bytes of interactive randomness in hexadecimal, as `lotus-miner sectors status` prints Seed");
    }

    /// <summary>Zeros, from which nothing is drawn.</summary>
    private Bytes32 SeedWithoutInteraction(SectorFacts facts) => facts.SealProof.Variant == PorepVariant.NonInteractive
        ? default
        : throw new OperatorException(
            FailureKind.BadInput,
            $"no seed was named, and {facts.SealProof} of {facts.Sector} draws its challenges from one",
            $"give the interactive randomness with {_seed.Name}; `lotus-miner sectors status` prints it as Seed");
}
