using Filecoin.Primitives;

namespace Filecoin.Chain.Rules;

/// <summary>Numbers of the protocol that a lookup needs, in epochs (builtin-actors runtime/src/runtime/policy.rs).</summary>
public static class ChainPolicy
{
    /// <summary>A pre-commit can be proven only after this many epochs, which also lengthen the time to prove it.</summary>
    internal const long PreCommitChallengeDelay = 150;

    /// <summary>Deadlines of a proving period.</summary>
    public const ulong Deadlines = 48;

    /// <summary>
    /// How long after its pre-commit a sector can still be proven (MaxProveCommitDuration); afterwards the deposit burns. Zero for
    /// non-interactive proofs, which have no pre-commit.
    /// </summary>
    internal static long MaxProveCommitDuration(PorepVariant variant) => variant switch
    {
        PorepVariant.V1 => Epochs.PerDay + PreCommitChallengeDelay,
        PorepVariant.V1_1 or PorepVariant.Synthetic => (30 * Epochs.PerDay) + PreCommitChallengeDelay,
        _ => 0,
    };

    /// <summary>
    /// The same over all versions of the network: how far before its proof a pre-commit can lie. Actors of version 0 allowed 10000 epochs.
    /// </summary>
    internal static long LongestProveCommit(PorepVariant variant) => Math.Max(10_000, MaxProveCommitDuration(variant));

    /// <summary>Epochs that a node goes through for events in one call (MaxFilterHeightRange, lotus node/config/def.go: a day).</summary>
    internal const long EventRange = Epochs.PerDay;

    /// <summary>
    /// Whether a sector proven in this epoch may have lost its weights in an extension of which its record keeps nothing: from network version 17
    /// on verified claims could be dropped (FIP-0045), and only version 21 gave it PowerBaseEpoch, set to the activation of all that there were
    /// (lotus build/buildconstants). Networks not named began later.
    /// </summary>
    internal static bool ExtensionsLeftNoTrace(string networkName, long activation) => networkName switch
    {
        "mainnet" => activation is > 2383680 and <= 3469380,
        "calibrationnet" => activation is > 16800 and <= 1013134,
        _ => false,
    };

    /// <summary>
    /// Whether a null round's ticket is that of the tipset before it; from network version 13 on it is that of the tipset after it
    /// (lotus chain/rand/rand.go). The upgrade's own epoch still has the old rule. Networks not named began with the new one.
    /// </summary>
    internal static bool NullRoundLooksBack(string networkName, long epoch) => networkName switch
    {
        "mainnet" => epoch <= 892800,
        "calibrationnet" => epoch <= 420,
        _ => false,
    };
}
