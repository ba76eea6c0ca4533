using System.Security.Cryptography;
using Filecoin.Chain.Lookup;
using Filecoin.Cryptography;

namespace SealerRecover.Recovery.Verify;

/// <summary>Where randomness comes from.</summary>
public enum SeedSource
{
    /// <summary>The chain: it is what the sector's deadline was last challenged with.</summary>
    Chain,

    /// <summary>Whoever asked, to repeat what was done before.</summary>
    Given,

    /// <summary>This machine.</summary>
    Random,
}

/// <summary>What challenges are drawn from.</summary>
/// <param name="Randomness">32 bytes.</param>
/// <param name="Source">Where they come from.</param>
/// <param name="OnChain">Which deadline's they are; null unless from the chain.</param>
/// <param name="Reason">Why they are not the chain's: half a sentence; null where that needs no reason.</param>
public sealed record ChallengeSeed(Bytes32 Randomness, SeedSource Source, WindowPostSeed? OnChain = null, string? Reason = null)
{
    /// <summary>What a node told, or 32 random bytes where it told nothing.</summary>
    public static ChallengeSeed From(WindowPostSeedResult found)
    {
        ArgumentNullException.ThrowIfNull(found);
        return found.Seed is { } seed ? new ChallengeSeed(seed.Randomness, SeedSource.Chain, seed) : Random(found.Reason);
    }

    /// <summary>32 random bytes, of which proofs can take as many bits as of the chain's.</summary>
    public static ChallengeSeed Random(string? reason) =>
        new(new Bytes32(RandomNumberGenerator.GetBytes(Bytes32.Length)).ClearTopTwoBits(), SeedSource.Random, Reason: reason);
}
