using Filecoin.Primitives;

namespace SealerRecover.Settings;

/// <summary>What the environment says of cards, in the variables of rust-fil-proofs and bellperson.</summary>
internal sealed record GpuVariables
{
    /// <summary>For columns: 1, 0, or not set.</summary>
    public const string ColumnsVariable = "FIL_PROOFS_USE_GPU_COLUMN_BUILDER";

    /// <summary>For nodes of trees: 1, 0, or not set.</summary>
    public const string TreesVariable = "FIL_PROOFS_USE_GPU_TREE_BUILDER";

    /// <summary>Whatever it is set to: no card is used where the others say nothing.</summary>
    public const string NoGpuVariable = "BELLMAN_NO_GPU";

    /// <summary>The variables with their meaning.</summary>
    public static IReadOnlyList<(string Name, string Meaning)> Documented { get; } =
    [
        (ColumnsVariable, "1: columns are hashed by a card, and without one the command fails; 0: never; not set: by a card where there is one"),
        (TreesVariable, "the same for the nodes of trees"),
        (NoGpuVariable, "set to whatever: no card is used where these two do not say 1"),
    ];

    /// <summary>Whether columns are for cards; null where nothing is said.</summary>
    public bool? Columns { get; init; }

    /// <summary>Whether nodes of trees are for cards; null where nothing is said.</summary>
    public bool? Trees { get; init; }

    /// <summary>Whether no card is to be used where nothing else is said: in the reference it is about SNARKs alone.</summary>
    public bool NoGpu { get; init; }

    /// <summary>The variable that wants a card; null where none does.</summary>
    public string? Wanting => Columns == true ? ColumnsVariable : Trees == true ? TreesVariable : null;

    /// <summary>Whether anything is left for a card.</summary>
    public bool AllowsAny => (Columns ?? !NoGpu) || (Trees ?? !NoGpu);

    /// <summary>Whether hashes of an arity are left for a card: 8 is that of trees; columns have as many elements as there are layers.</summary>
    public bool Allows(int arity) => (arity == TreeShape.BaseArity ? Trees : Columns) ?? !NoGpu;

    /// <summary>Reads them.</summary>
    /// <param name="value">The value of a variable, null where it is not set or empty.</param>
    /// <param name="isOn">Reads a switch by its variable's name and value.</param>
    /// <exception cref="OperatorException">BadInput: a value that is neither 1 nor 0.</exception>
    public static GpuVariables Read(Func<string, string?> value, Func<string, string, bool> isOn) => new()
    {
        Columns = value(ColumnsVariable) is { } columns ? isOn(ColumnsVariable, columns) : null,
        Trees = value(TreesVariable) is { } trees ? isOn(TreesVariable, trees) : null,
        NoGpu = value(NoGpuVariable) is not null,
    };
}
