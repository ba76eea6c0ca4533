namespace Filecoin.Sealing.Kernels;

/// <summary>A piece of work with several kernels to choose from.</summary>
public enum KernelKind
{
    /// <summary>Labels of one sector.</summary>
    Label,

    /// <summary>Labels of several sectors side by side.</summary>
    Many,

    /// <summary>Poseidon: columns, tree_c, tree_r_last, comm_r.</summary>
    Poseidon,

    /// <summary>SHA-256 of two nodes: tree_d and CommP.</summary>
    TwoToOne,

    /// <summary>Parents of the graph: BLAKE2b and ChaCha8.</summary>
    Parents,
}

/// <summary>What is said about kinds of kernels on command lines, in reports and in the log.</summary>
public static class KernelKinds
{
    private static readonly (KernelKind Kind, string Name)[] Table =
    [
        (KernelKind.Label, "label"),
        (KernelKind.Many, "many"),
        (KernelKind.Poseidon, "poseidon"),
        (KernelKind.TwoToOne, "two-to-one"),
        (KernelKind.Parents, "parents"),
    ];

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<KernelKind> All { get; } = [.. Table.Select(row => row.Kind)];

    /// <summary>The word for a kind.</summary>
    public static string Name(this KernelKind kind) => Array.Find(Table, row => row.Kind == kind).Name;

    /// <summary>The kind called <paramref name="name"/>; false if there is none.</summary>
    public static bool TryParse(string name, out KernelKind kind)
    {
        int index = Array.FindIndex(Table, row => row.Name == name);
        kind = index < 0 ? default : Table[index].Kind;
        return index >= 0;
    }
}
