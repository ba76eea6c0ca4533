namespace SealerRecover.Recovery.Workspace;

/// <summary>Which files of a cache folder are this tool's and which of them are installed. Their content belongs to Filecoin.Sealing.</summary>
internal static class CacheFiles
{
    /// <summary>comm_c and comm_r_last, 64 bytes.</summary>
    public const string PAux = "p_aux";

    /// <summary>The tree configurations; names the folder the sector was sealed in.</summary>
    public const string TAux = "t_aux";

    private const string Data = "sc-02-data-";
    private const string TreeRLast = Data + "tree-r-last";

    /// <summary>Whether sealing makes files of this name, under their final or a temporary name.</summary>
    public static bool IsOurs(string name) =>
        name.TrimStart('.') is var bare && (bare.StartsWith(Data, StringComparison.Ordinal)
            || bare.StartsWith(PAux, StringComparison.Ordinal) || bare.StartsWith(TAux, StringComparison.Ordinal));

    /// <summary>Whether a file of this name belongs into the result folder.</summary>
    public static bool IsInstalled(string name, bool keepAll) =>
        name is PAux or TAux || (name.EndsWith(".dat", StringComparison.Ordinal)
            && name.StartsWith(keepAll ? Data : TreeRLast, StringComparison.Ordinal));

    /// <summary>Whether this is a file of tree_r_last.</summary>
    public static bool IsTreeRLast(string name) =>
        name.StartsWith(TreeRLast, StringComparison.Ordinal) && name.EndsWith(".dat", StringComparison.Ordinal);
}
