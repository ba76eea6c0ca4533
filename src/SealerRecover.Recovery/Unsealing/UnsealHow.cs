using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Settings;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>How data is taken out of sectors, whether out of one or of many. Paths are absolute.</summary>
public sealed record UnsealHow
{
    /// <summary>Folder for work in progress; labels are made in "unseal" inside.</summary>
    public required string TempFolder { get; init; }

    /// <summary>Folder of parent cache files.</summary>
    public required string ParentCacheFolder { get; init; }

    /// <summary>Threads, at least 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Nodes of the parent cache held in memory at once.</summary>
    public int ParentWindowNodes { get; init; } = 1 << 16;

    /// <summary>Kernels asked for by name.</summary>
    public KernelChoice Kernels { get; init; } = KernelChoice.Best;

    /// <summary>Keep the last layer of what was labelled for more of the same sector, instead of deleting it.</summary>
    public bool KeepLabels { get; init; }

    /// <summary>Start although memory or disk do not seem to suffice.</summary>
    public bool IgnoreResources { get; init; }

    /// <summary>The same for what labels sectors of a run.</summary>
    internal RecoverySettings ToSettings() => new()
    {
        ResultFolder = LabelKey.FolderOf(TempFolder),
        TempFolder = LabelKey.FolderOf(TempFolder),
        ParentCacheFolder = ParentCacheFolder,
        Threads = Threads,
        ParentWindowNodes = ParentWindowNodes,
        Kernels = Kernels,
        IgnoreResources = IgnoreResources,
    };
}
