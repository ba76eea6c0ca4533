using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.Settings;
using SealerRecover.Recovery.Survey;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>How to recover: the options that the form without a command name and the recover command share.</summary>
internal sealed class RecoveryOptions
{
    /// <summary>Where results go, unless told otherwise.</summary>
    public const string DefaultResult = "~/sector";

    /// <summary>The option that names the folder for work in progress.</summary>
    public const string TempName = "--sealing-temp";

    /// <summary>Where work in progress goes, unless told otherwise.</summary>
    public const string DefaultTemp = "~/temp";

    /// <summary>--parallel.</summary>
    public Option<int?> Parallel { get; } = CommonOptions.Whole(
        "--parallel", 1, 1024, "count", "Sectors in PreCommit1 at once; each takes two sectors of memory. How the cores are divided the plan says. Default: 1.");

    /// <summary>--sealing-result.</summary>
    public Option<string?> Result { get; } = new("--sealing-result")
    {
        Description = $"Folder that receives sealed/ and cache/. Default: {DefaultResult}.",
        HelpName = "folder",
    };

    /// <summary>--sealing-temp.</summary>
    public Option<string?> Temp { get; } = new(TempName)
    {
        Description = $"Folder for work in progress; a rerun goes on from what is there. Default: {DefaultTemp}.",
        HelpName = "folder",
    };

    /// <summary>--threads.</summary>
    public Option<int?> Threads { get; } = CommonOptions.Whole(
        "--threads", 1, 4096, "count", "Threads for trees and parent caches. Default: all cores.");

    /// <summary>--rows-to-discard.</summary>
    public Option<int?> RowsToDiscard { get; } = CommonOptions.Whole(
        "--rows-to-discard",
        0,
        EnvironmentSettings.MostRowsToDiscard,
        "rows",
        "Rows of tree_r_last not stored; must be what the miner proves with. Default: FIL_PROOFS_ROWS_TO_DISCARD, or 2.");

    /// <summary>--keep-all.</summary>
    public Option<bool?> KeepAll { get; } = new("--keep-all")
    {
        Description = "Keep and install layers, tree_c and tree_d too, as they are after PreCommit2. Default: of sectors that are not yet proven, whose Commit 1 needs them.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "true|false",
    };

    /// <summary>--piece-source.</summary>
    public PieceSourceOption PieceSources { get; } = new();

    /// <summary>--keep-unsealed.</summary>
    public Option<bool> KeepUnsealed { get; } = new("--keep-unsealed")
    {
        Description = "Install the data of sectors that hold any as unsealed/ too, as Lotus and Curio keep it.",
    };

    /// <summary>--force.</summary>
    public Option<bool> Force { get; } = new("--force")
    {
        Description = "Move a different file that stands where the result goes aside, instead of refusing. Nothing is deleted.",
    };

    /// <summary>--kernel.</summary>
    public KernelOption Kernel { get; } = new();

    /// <summary>--ignore-resources.</summary>
    public Option<bool> IgnoreResources { get; } = new("--ignore-resources")
    {
        Description = "Start although memory, disk or open files seem too little.",
    };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        AddRepairTo(command);
        command.Add(Result);
        command.Add(KeepUnsealed);
        command.Add(KeepAll);
        command.Add(Force);
    }

    /// <summary>Adds those of sectors that are mended where they are.</summary>
    public void AddRepairTo(Command command)
    {
        Option[] options = [Parallel, Temp, PieceSources.Places, Threads, RowsToDiscard, IgnoreResources, Kernel.Kernel];
        Array.ForEach(options, command.Add);
    }

    /// <summary>The settings of a run.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public RecoverySettings Read(CommandContext context, NodeOptions node)
    {
        ParseResult parsed = context.Parsed;
        string result = context.Folders.Absolute(parsed.GetValue(Result) ?? DefaultResult, Result.Name);
        StorageOption.Refuse(StoragePathMistake.Within(result), Result.Name);
        return new RecoverySettings
        {
            ResultFolder = result,
            TempFolder = context.Folders.Absolute(parsed.GetValue(Temp) ?? DefaultTemp, Temp.Name),
            ParentCacheFolder = context.Environment.ParentCacheFolder,
            Parallel = parsed.GetValue(Parallel) ?? 1,
            Threads = parsed.GetValue(Threads) ?? context.Host.Cores,
            ParentWindowNodes = context.Environment.ParentWindowNodes,
            RowsToDiscard = parsed.GetValue(RowsToDiscard) ?? context.Environment.RowsToDiscard,
            Kernels = Kernel.Read(context, buildsTrees: true),
            KeepAll = parsed.GetValue(KeepAll),
            KeepUnsealed = parsed.GetValue(KeepUnsealed),
            PieceSources = PieceSources.Read(context, node),
            CertificateFile = context.Environment.CertificateFile,
            Force = parsed.GetValue(Force),
            IgnoreResources = parsed.GetValue(IgnoreResources),
        };
    }
}
