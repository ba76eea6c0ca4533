using System.Globalization;
using Filecoin.Sealing.Steps;

namespace SealerRecover.Recovery.Site;

/// <summary>
/// Names of a sector's steps, as whoever watches and the database of a fleet know them: layer_3, trees_2, tree_d, install. One node of tree_c and
/// one of tree_r_last are made of each chunk of the layers, so these grow together: what can be told apart are their base trees.
/// </summary>
public static class SiteSteps
{
    /// <summary>Files go to their place; always the last.</summary>
    public const string Install = "install";

    /// <summary>Data is put into an update, which its trees follow.</summary>
    public const string Update = "update";

    private const string OfUpdate = Update + "_";

    /// <summary>A layer, from 1.</summary>
    public static string Layer(int number) => string.Create(CultureInfo.InvariantCulture, $"layer_{number}");

    /// <summary>Base trees in their order: trees_1 and on, or trees where there is only one; those of an update have update_ before.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="of">What they belong to.</param>
    public static IReadOnlyList<string> Trees(int count, StepsOf of = StepsOf.Sealing) =>
        count <= 1 ? [Prefix(of) + "trees"] : [.. Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"{Prefix(of)}trees_{number}"))];

    /// <summary>The tree over the data.</summary>
    /// <param name="of">What it belongs to.</param>
    public static string TreeD(StepsOf of = StepsOf.Sealing) => Prefix(of) + SitePhase.Word(SealPhase.TreeD);

    /// <summary>The step that something is told of.</summary>
    public static string Of(SealProgress progress) => progress.Phase switch
    {
        SealPhase.Label or SealPhase.LoadLayer or SealPhase.WriteLayer => Layer(progress.Step),
        SealPhase.Trees => Trees(progress.Steps, progress.Of)[Math.Clamp(progress.Step, 1, Math.Max(1, progress.Steps)) - 1],
        SealPhase.TreeD => TreeD(progress.Of),
        _ => SitePhase.Word(progress.Phase),
    };

    /// <summary>Whether a step is made of an update's data.</summary>
    public static bool IsOfUpdate(string? step) => step is Update || step?.StartsWith(OfUpdate, StringComparison.Ordinal) == true;

    /// <summary>Whether trees belong to an update.</summary>
    public static bool IsOfUpdate(StepsOf of) => of is StepsOf.Update or StepsOf.StandingUpdate;

    private static string Prefix(StepsOf of) => IsOfUpdate(of) ? OfUpdate : "";
}
