using System.Globalization;

namespace Filecoin.Sealing.Steps;

/// <summary>The work that a step belongs to; a sector may have several.</summary>
public enum StepsOf
{
    /// <summary>PreCommit1 and PreCommit2, and what does not belong to one of the others.</summary>
    Sealing,

    /// <summary>An update.</summary>
    Update,

    /// <summary>A key that an update's data was taken out of.</summary>
    Key,

    /// <summary>What belongs beside a replica that was left.</summary>
    Standing,

    /// <summary>What belongs beside an update that was left.</summary>
    StandingUpdate,
}

/// <summary>What a step makes. A number tells base trees from 0, layers from 1.</summary>
public enum StepKind
{
    /// <summary>A step that a later version of this tool knows.</summary>
    Unknown,

    /// <summary>A layer file.</summary>
    Layer,

    /// <summary>tree_d.</summary>
    TreeD,

    /// <summary>A base tree of tree_c.</summary>
    TreeC,

    /// <summary>The root of a base tree of tree_c.</summary>
    TreeCRoot,

    /// <summary>A base tree of tree_r_last.</summary>
    TreeRLast,

    /// <summary>All base trees of a sector, p_aux and t_aux; on record is p_aux.</summary>
    Trees,

    /// <summary>The part of an encoded replica under a base tree.</summary>
    ReplicaPart,

    /// <summary>The root of the data that was encoded under a base tree.</summary>
    DataRoot,

    /// <summary>What an update is made from: SHA-256 of its CommD and the key's CommR.</summary>
    Inputs,

    /// <summary>All of an update, of a key, or of what belongs beside a replica; on record is p_aux.</summary>
    Finished,

    /// <summary>A replica copied from another storage path.</summary>
    Copy,

    /// <summary>Synthetic proofs.</summary>
    SyntheticProofs,

    /// <summary>An unsealed copy.</summary>
    Unsealed,
}

/// <summary>
/// A step that a sector's log has on record. Written as text it is what it makes, with what it belongs to before it and its number behind:
/// "layer-3", "tree-d", "update-tree-r-last-0", "sealed-replica-7".
/// </summary>
/// <param name="Kind">What it makes.</param>
/// <param name="Of">What it belongs to.</param>
/// <param name="Number">Which of several.</param>
public readonly record struct SealStep(StepKind Kind, StepsOf Of = StepsOf.Sealing, int Number = 0)
{
    private static readonly (StepKind Kind, string Name, bool IsNumbered)[] Kinds =
    [
        (StepKind.Layer, "layer", true),
        (StepKind.TreeD, "tree-d", false),
        (StepKind.TreeCRoot, "tree-c-root", true),
        (StepKind.TreeC, "tree-c", true),
        (StepKind.TreeRLast, "tree-r-last", true),
        (StepKind.Trees, "trees", false),
        (StepKind.ReplicaPart, "replica", true),
        (StepKind.DataRoot, "data-root", true),
        (StepKind.Inputs, "inputs", false),
        (StepKind.Finished, "finished", false),
        (StepKind.Copy, "copy", false),
        (StepKind.SyntheticProofs, "syn-porep-vanilla-proofs", false),
        (StepKind.Unsealed, "unsealed", false),
    ];

    /// <summary>The text of a step that this version does not know.</summary>
    private string? Foreign { get; init; }

    /// <summary>Whether what is on record is 32 bytes that stand for no file: a root, or a digest of inputs.</summary>
    public bool IsValue => Kind is StepKind.TreeCRoot or StepKind.DataRoot or StepKind.Inputs;

    /// <summary>The step of a text; one of no known form is of kind Unknown, and its text is kept.</summary>
    public static SealStep Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (StepsOf of in Enum.GetValues<StepsOf>())
        {
            foreach ((StepKind kind, string name, bool isNumbered) in Kinds)
            {
                string start = Prefix(of, kind) + name;
                if (!isNumbered && text == start)
                {
                    return new SealStep(kind, of);
                }

                if (isNumbered && text.StartsWith(start, StringComparison.Ordinal) && text.AsSpan(start.Length) is ['-', .. var number]
                    && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed))
                {
                    return new SealStep(kind, of, parsed);
                }
            }
        }

        return default(SealStep) with { Foreign = text };
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        StepKind kind = Kind;
        (_, string? name, bool isNumbered) = Array.Find(Kinds, row => row.Kind == kind);
        return name is null ? Foreign ?? ""
            : isNumbered ? string.Create(CultureInfo.InvariantCulture, $"{Prefix(Of, kind)}{name}-{Number}")
            : Prefix(Of, kind) + name;
    }

    private static string Prefix(StepsOf of, StepKind kind) => of switch
    {
        StepsOf.Sealing => kind is StepKind.ReplicaPart or StepKind.DataRoot ? "sealed-" : "",
        StepsOf.Update => "update-",
        StepsOf.Key => "key-",
        StepsOf.Standing => "standing-",
        _ => "update-standing-",
    };
}
