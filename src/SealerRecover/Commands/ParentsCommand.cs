using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Graph;
using Filecoin.Sealing.Steps;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// Builds or verifies the parent cache that all sectors of one seal proof share.
/// <code>sealer-recover parents --sector-size 32GiB --verify</code>
/// </summary>
internal sealed class ParentsCommand : ICommand
{
    private static readonly (string Word, PorepVariant Variant)[] Variants =
    [
        ("v1_1", PorepVariant.V1_1), ("v1", PorepVariant.V1), ("synthetic", PorepVariant.Synthetic), ("ni", PorepVariant.NonInteractive),
    ];

    private readonly Option<string?> _size = new("--sector-size")
    {
        Description = "2KiB, 8MiB, 512MiB, 32GiB or 64GiB.",
        HelpName = "size",
    };

    private readonly Option<string?> _variant = new("--variant")
    {
        Description = "Which seal proof: v1 (0-4), v1_1 (5-9), synthetic (10-14) or ni (15-19); each has its own graph. Default: v1_1.",
        HelpName = "name",
    };

    private readonly Option<bool> _verify = new("--verify")
    {
        Description = "Only check the file that is there, byte by byte; change nothing.",
    };

    private readonly Option<int?> _threads = CommonOptions.Whole("--threads", 1, 4096, "count", "Threads. Default: all cores.");

    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public ParentsCommand()
    {
        _size.CompletionSources.Add(SectorOptions.SizeWords);
        _variant.CompletionSources.Add(_ => Variants.Select(variant => new CompletionItem(variant.Word)));
        Syntax = new Command("parents", "Build the parent cache of a sector size ahead of time, or verify it.")
        {
            _size, _variant, _verify, _threads, _kernel.Kernel,
        };
        Common.AddTo(Syntax);
    }

    /// <summary>The word for <paramref name="variant"/> in --variant.</summary>
    public static string WordFor(PorepVariant variant) => Array.Find(Variants, entry => entry.Variant == variant).Word;

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "parents";

    /// <inheritdoc/>
    public Task<Report> RunAsync(CommandContext context)
    {
        SealProofInfo proof = Proof(context.Parsed);
        ParentCacheFolder folder = new(context.Environment.ParentCacheFolder, kernel: _kernel.Read(context).Parents);
        string path = folder.PathFor(proof.Porep);
        int threads = context.Parsed.GetValue(_threads) ?? context.Host.Cores;
        IProgress<SealProgress> progress = context.Events.Of(null);
        if (context.Parsed.GetValue(_verify))
        {
            ParentCacheState state = context.View.Live(() => folder.Check(proof.Porep, threads, progress, context.Cancellation));
            if (state != ParentCacheState.Good)
            {
                throw new OperatorException(
                    FailureKind.Storage,
                    $"the parent cache of {proof}, {path}, is {Word(state, path)}",
                    $"build it with: sealer-recover parents --sector-size {proof.SectorSize} --variant {WordFor(proof.Variant)}");
            }

            return Done("is complete and has the right digest");
        }

        context.View.Live(() =>
        {
            using ParentCache cache = folder.Open(proof.Porep, threads, context.Environment.ParentWindowNodes, progress, context.Cancellation, context.Events.Notice);
            return cache.Path;
        });
        return Done("is ready and verified");

        Task<Report> Done(string what) =>
            Task.FromResult(new Report { Command = Name, File = path, FileNote = $"the parent cache of {proof}, {path}, {what}" });
    }

    private SealProofInfo Proof(ParseResult parsed)
    {
        string text = parsed.GetValue(_size) ?? throw new OperatorException(
            FailureKind.BadInput, "no sector size was given", "give one with --sector-size, as in --sector-size 32GiB");
        string word = parsed.GetValue(_variant) ?? Variants[0].Word;
        int variant = Array.FindIndex(Variants, entry => string.Equals(entry.Word, word, StringComparison.OrdinalIgnoreCase));
        if (variant < 0)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"--variant is \"{SafeText.Short(word)}\"", $"write one of {string.Join(", ", Variants.Select(entry => entry.Word))}");
        }

        return SectorSize.TryParse(text, out SectorSize size) && SealProofs.TryGet(size, Variants[variant].Variant, out SealProofInfo proof)
            ? proof
            : throw new OperatorException(
                FailureKind.BadInput,
                $"--sector-size is \"{SafeText.Short(text)}\", for which there is no registered seal proof",
                $"write one of {string.Join(", ", SectorOptions.SizeWords)}");
    }

    private static string Word(ParentCacheState state, string path) => state switch
    {
        ParentCacheState.Missing => "missing",
        ParentCacheState.Truncated => $"not complete; it was {Written(path)}",
        _ => $"damaged: its digest is wrong or its disk does not give it back; it was {Written(path)}",
    };

    private static string Written(string path) => string.Create(
        CultureInfo.InvariantCulture,
        $"last written {File.GetLastWriteTimeUtc(path):yyyy-MM-dd HH:mm:ss} UTC, and what Lotus and Curio sealed with it since may have a CommR that nobody can make again");
}
