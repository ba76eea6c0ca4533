using System.Globalization;
using Filecoin.Cryptography.Kernels;
using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>
/// What the environment says: the variables that storage providers already set for Lotus, Curio and rust-fil-proofs, with the meaning
/// they have there (rust-fil-proofs storage-proofs-core/src/settings.rs; lotus node/repo/fsrepo.go). The environment is an argument.
/// </summary>
internal sealed record EnvironmentSettings
{
    private const string ParentCacheVariable = "FIL_PROOFS_PARENT_CACHE";
    private const string CacheBaseVariable = "FIL_PROOFS_CACHE_DIR";
    private const string WindowVariable = "FIL_PROOFS_SDR_PARENTS_CACHE_SIZE";
    private const string MulticoreVariable = "FIL_PROOFS_USE_MULTICORE_SDR";
    private const string LookAhead = "whether cores look ahead for a sector is decided by how many are free, and the plan says so";
    private const string CachingVariable = "FIL_PROOFS_MAXIMIZE_CACHING";
    private const string MaskVariable = "SEALER_RECOVER_MASK_FEATURES";
    private const string TemporaryVariable = "TMPDIR";
    private const string CertificateVariable = "SSL_CERT_FILE";

    /// <summary>Rows of tree_r_last not stored.</summary>
    public const string RowsVariable = "FIL_PROOFS_ROWS_TO_DISCARD";

    /// <summary>The chain node.</summary>
    public const string ApiVariable = "FULLNODE_API_INFO";

    /// <summary>The Lotus repository that says where the chain node is otherwise.</summary>
    public const string RepositoryVariable = "LOTUS_PATH";

    /// <summary>The lotus-miner that sealed.</summary>
    public const string MinerApiVariable = "MINER_API_INFO";

    /// <summary>Kernels to use; see <see cref="KernelNames"/>.</summary>
    public const string KernelVariable = "SEALER_RECOVER_KERNEL";

    /// <summary>Places of pieces, with commas.</summary>
    public const string PieceSourcesVariable = "SEALER_RECOVER_PIECE_SOURCES";

    /// <summary>The token of a page that is served.</summary>
    public const string HttpTokenVariable = "SEALER_RECOVER_HTTP_TOKEN";

    /// <summary>Nodes of the parent cache held by each sector when nothing is said; 56 bytes each, twice (one being read ahead).</summary>
    public const int DefaultWindowNodes = 1 << 16;

    /// <summary>The reference's default; below it the read-ahead no longer covers a disk's latency.</summary>
    public const int LeastWindowNodes = 2048;

    /// <summary>The cache is read in order, so more than this (235 MB) brings nothing; guides that say 1073741824 mean the whole cache.</summary>
    public const int MostWindowNodes = 1 << 22;

    /// <summary>Rows above this leave nothing of any tree.</summary>
    public const int MostRowsToDiscard = 16;

    private static readonly string[] GpuPrefixes = ["BELLMAN_", "RUST_GPU_TOOLS_", "NEPTUNE_", "EC_GPU_", "CUDA_"];

    private static readonly string[] Understood =
    [
        ParentCacheVariable, CacheBaseVariable, RowsVariable, WindowVariable, MulticoreVariable, CachingVariable,
        GpuVariables.ColumnsVariable, GpuVariables.TreesVariable, GpuVariables.NoGpuVariable,
    ];

    /// <summary>Variables of this program that are no option's, or have another name than it.</summary>
    public static IReadOnlyList<string> Own { get; } = [KernelVariable, PieceSourcesVariable, HttpTokenVariable, MaskVariable];

    /// <summary>The variables with a meaning, for help and documentation.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Documented { get; } =
    [
        ("SEALER_RECOVER_*", "every option by its name, as SEALER_RECOVER_SEALING_TEMP for --sealing-temp"),
        ("SEALER_RECOVER_CONFIG", "a configuration file, as --config"),
        (ApiVariable, "the chain node, as token:multiaddr or token:url, several with commas"),
        (MinerApiVariable, "the lotus-miner that sealed, likewise; asked how sectors were sealed"),
        .. CurioVariables.Documented,
        .. StorageRepository.Documented,
        (RepositoryVariable, "Lotus repository whose api and token files are used otherwise; default ~/.lotus"),
        (ParentCacheVariable, "folder of parent caches; default /var/tmp/filecoin-parents"),
        (CacheBaseVariable, "put before filecoin-parents, without a slash, where the above is not set"),
        (RowsVariable, "rows of tree_r_last not stored; default 2"),
        (WindowVariable, $"parent cache nodes in memory for each sector; default {DefaultWindowNodes}"),
        (MulticoreVariable, $"accepted; {LookAhead}"),
        (CachingVariable, "accepted; parents need not be held in memory"),
        .. GpuVariables.Documented,
        (KernelVariable, "as --kernel, where that is not given"),
        (PieceSourcesVariable, "as --piece-source, where that is not given; several with commas"),
        (HttpTokenVariable, "the token of the page that serve and fleet work serve, and by which workers fetch results from each other, where --http-token-file is not given"),
        (MaskVariable, $"for tests: processor features to do without, of {string.Join(", ", ProcessorFeatureNames.All.Select(entry => entry.Name))}"),
        (StateFolder.UserVariable, "base of the folder in which scrub remembers, for users other than root; default ~/.local/state"),
        .. OtlpVariables.Documented,
        (TemporaryVariable, "not used: work goes to --sealing-temp"),
    ];

    /// <summary>Folder of the parent caches, absolute.</summary>
    public required string ParentCacheFolder { get; init; }

    /// <summary>Rows of tree_r_last not stored; null where the variable is not set.</summary>
    public int? RowsToDiscard { get; init; }

    /// <summary>Nodes of the parent cache held in memory by each sector.</summary>
    public int ParentWindowNodes { get; init; } = DefaultWindowNodes;

    /// <summary>FULLNODE_API_INFO; null where it is not set or empty.</summary>
    public string? ApiInfo { get; init; }

    /// <summary>MINER_API_INFO; null where it is not set or empty.</summary>
    public string? MinerApiInfo { get; init; }

    /// <summary>Where Curio's database is.</summary>
    public CurioVariables Curio { get; init; } = new();

    /// <summary>Whether cards are used.</summary>
    public GpuVariables Gpu { get; init; } = new();

    /// <summary>The Lotus repository whose api and token files stand in for FULLNODE_API_INFO, absolute; null without a home folder.</summary>
    public string? LotusRepository { get; init; }

    /// <summary>Whether LOTUS_PATH named the repository, so that its absence is the operator's mistake.</summary>
    public bool LotusRepositoryIsNamed { get; init; }

    /// <summary>Repositories in which lists of storage paths may stand, in the order in which they are read.</summary>
    public IReadOnlyList<StorageRepository> StorageRepositories { get; init; } = [];

    /// <summary>SEALER_RECOVER_KERNEL as it stands; null where it is not set or empty.</summary>
    public string? Kernels { get; init; }

    /// <summary>The places that SEALER_RECOVER_PIECE_SOURCES names, as they stand.</summary>
    public IReadOnlyList<string> PieceSources { get; init; } = [];

    /// <summary>SEALER_RECOVER_HTTP_TOKEN; null where it is not set or empty.</summary>
    public string? HttpToken { get; init; }

    /// <summary>SSL_CERT_FILE as it stands, which the system reads itself; null where it is not set or empty.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Processor features to do without.</summary>
    public ProcessorFeature Masked { get; init; }

    /// <summary>One sentence for every variable that is set and has no or another meaning here, for the log.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Reads the variables.</summary>
    /// <param name="environment">Names and values.</param>
    /// <param name="folders">Makes paths absolute.</param>
    /// <exception cref="OperatorException">BadInput naming the variable whose value cannot be read.</exception>
    public static EnvironmentSettings Read(IReadOnlyDictionary<string, string> environment, Folders folders)
    {
        List<string> remarks = [];
        string? Value(string name) => environment.TryGetValue(name, out string? value) && value.Length > 0 ? value : null;

        // The reference puts the base and the name together without a slash, and so do we: the same setting finds the same files.
        string parents = Value(ParentCacheVariable) ?? (Value(CacheBaseVariable) ?? "/var/tmp/") + "filecoin-parents";
        string? repository = Value(RepositoryVariable);
        EnvironmentSettings settings = new()
        {
            ParentCacheFolder = folders.Absolute(parents, Value(ParentCacheVariable) is null ? CacheBaseVariable : ParentCacheVariable),
            RowsToDiscard = Value(RowsVariable) is { } rows ? Whole(RowsVariable, rows, 0, MostRowsToDiscard) : null,
            ParentWindowNodes = Window(Value(WindowVariable), remarks),
            ApiInfo = Value(ApiVariable),
            MinerApiInfo = Value(MinerApiVariable),
            Curio = CurioVariables.Read(Value),
            Gpu = GpuVariables.Read(Value, Switch),
            LotusRepository = repository is not null ? folders.Absolute(repository, RepositoryVariable)
                : environment.ContainsKey("HOME") ? folders.Absolute("~/.lotus", "HOME") : null,
            LotusRepositoryIsNamed = repository is not null,
            StorageRepositories = StorageRepository.Read(Value, environment.ContainsKey("HOME"), folders),
            Kernels = Value(KernelVariable),
            PieceSources =
                Value(PieceSourcesVariable)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [],
            HttpToken = Value(HttpTokenVariable),
            CertificateFile = Value(CertificateVariable),
            Masked = Features(Value(MaskVariable) ?? ""),
        };

        if (Value(MulticoreVariable) is { } multicore && Switch(MulticoreVariable, multicore))
        {
            remarks.Add($"{MulticoreVariable}: {LookAhead}; the setting changes nothing");
        }

        if (Value(CachingVariable) is { } caching && Switch(CachingVariable, caching))
        {
            remarks.Add($"{CachingVariable}: parents are read ahead in order, so they need not be held in memory; the setting changes nothing");
        }

        if (Value(TemporaryVariable) is not null)
        {
            remarks.Add($"{TemporaryVariable}: work in progress goes to --sealing-temp only, nothing is written to {TemporaryVariable}");
        }

        if (settings.Masked != ProcessorFeature.None)
        {
            remarks.Add($"{MaskVariable}: kernels do without {Value(MaskVariable)}");
        }

        string[] idle = [.. environment.Keys.Where(IsIdle).Order(StringComparer.Ordinal)];
        if (idle.Length > 0)
        {
            remarks.Add($"no meaning here, ignored: {string.Join(", ", idle.Select(SafeText.Short))}");
        }

        return settings with { Remarks = remarks };
    }

    /// <summary>A whole number within bounds.</summary>
    /// <exception cref="OperatorException">BadInput naming <paramref name="origin"/>.</exception>
    public static int Whole(string origin, string text, int least, int most) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw new OperatorException(
                FailureKind.BadInput,
                $"{origin} is \"{SafeText.Short(text)}\", not a whole number from {least} to {most}",
                $"correct {origin} or leave it out");

    private static int Window(string? text, List<string> remarks)
    {
        if (text is null)
        {
            return DefaultWindowNodes;
        }

        int asked = Whole(WindowVariable, text, 1, int.MaxValue);
        int used = Math.Clamp(asked, LeastWindowNodes, MostWindowNodes);
        if (used != asked)
        {
            remarks.Add($"{WindowVariable}: {used} nodes instead of {asked}; the parent cache is read in order, so a larger window gains nothing");
        }

        return used;
    }

    private static ProcessorFeature Features(string text) => ProcessorFeatureNames.TryParse(text, out ProcessorFeature masked, out string unknown)
        ? masked
        : throw new OperatorException(
            FailureKind.BadInput,
            $"{MaskVariable} names \"{SafeText.Short(unknown)}\", which is no processor feature",
            $"write names of {string.Join(", ", ProcessorFeatureNames.All.Select(entry => entry.Name))} with commas, or unset it");

    // The words that the reference's settings reader takes for a boolean.
    internal static bool Switch(string name, string text) => text.Trim().ToUpperInvariant() switch
    {
        "1" or "TRUE" or "ON" or "YES" => true,
        "0" or "FALSE" or "OFF" or "NO" => false,
        _ => throw new OperatorException(
            FailureKind.BadInput, $"{name} is \"{SafeText.Short(text)}\", neither 1 nor 0", $"set {name} to 1 or 0, or unset it"),
    };

    private static bool IsIdle(string name) =>
        !Understood.Contains(name)
        && (name.StartsWith("FIL_PROOFS_", StringComparison.Ordinal)
            || Array.Exists(GpuPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
}
