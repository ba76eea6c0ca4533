using System.CommandLine;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Bench;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>
/// Measures this machine for about a minute and estimates what sectors would take on it, or on one with other cores and memory.
/// <code>sealer-recover bench --sealing-temp=/temp --count=16 --threads=32 --memory=1024</code>
/// </summary>
internal sealed class BenchCommand : ICommand
{
    private const int DefaultCount = 16;
    private const int MostGibibytes = 1 << 20;

    private readonly Option<string?> _temp = new("--sealing-temp")
    {
        Description = $"Folder whose disk is measured with a file of 256 MiB that leaves nothing behind. Default: {RecoveryOptions.DefaultTemp}.",
        HelpName = "folder",
    };

    private readonly Option<int?> _count = CommonOptions.Whole(
        "--count", 1, Settings.SectorNumbers.Most, "sectors", $"Sectors to estimate beside one. Default: {DefaultCount}.");

    private readonly Option<int?> _threads = CommonOptions.Whole(
        "--threads", 1, 4096, "count", "Cores the estimates count on. Default: those of this machine.");

    private readonly Option<int?> _memory = CommonOptions.Whole(
        "--memory", 1, MostGibibytes, "GiB", "Memory the estimates count on. Default: what this machine has left.");

    private readonly KernelOption _kernel = new();

    /// <summary>Makes the command.</summary>
    public BenchCommand()
    {
        Syntax = new Command("bench", "Measure this machine for a minute and estimate what sectors take on it.")
        {
            _temp, _count, _threads, _memory, _kernel.Kernel,
        };
        Common.AddTo(Syntax);
    }

    /// <inheritdoc/>
    public Command Syntax { get; }

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "bench";

    /// <inheritdoc/>
    public bool GoesOn => false;

    /// <inheritdoc/>
    public Task<Report> RunAsync(CommandContext context)
    {
        KernelChoice choice = _kernel.Read(context);
        (IReadOnlyDictionary<string, string> devices, string? together) =
            OpenClKernels.ToMeasure(OpenClKernels.Use(context, choice, buildsTrees: true));
        BenchSettings settings = new()
        {
            TempFolder = context.Folders.Absolute(context.Parsed.GetValue(_temp) ?? RecoveryOptions.DefaultTemp, _temp.Name),
            Cores = context.Parsed.GetValue(_threads) ?? context.Host.Cores,
            Kernels = KernelNames.IsOpenCl(choice.Poseidon, out _) ? choice with { Poseidon = null } : choice,
            Devices = devices,
            Together = together,
            Memory = context.Parsed.GetValue(_memory) is { } gibibytes ? (long)gibibytes << 30 : null,
        };
        MachineSpeeds speeds = new MachineBench(settings, context.Host.Time)
            .Run(doing => context.Events.Notice($"measuring {doing}"), context.Cancellation);
        SectorEstimator estimator = new(speeds);
        int[] counts = [.. new[] { 1, context.Parsed.GetValue(_count) ?? DefaultCount }.Distinct()];
        context.View.Answered(new BenchAnswer(
            speeds,
            [.. new[] { SectorSize.GiB32, SectorSize.GiB64 }.SelectMany(size => counts.Select(count => estimator.For(size, count)))],
            estimator.LargestFitting));
        return Task.FromResult(new Report { Command = Name });
    }
}
