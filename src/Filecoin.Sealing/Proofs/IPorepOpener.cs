using Filecoin.Cryptography;

namespace Filecoin.Sealing.Proofs;

/// <summary>A challenge of a proof of replication.</summary>
/// <param name="Node">The challenged node.</param>
/// <param name="OfSyntheticSet">Which of the synthetic challenges it is, from 0; of no meaning for other variants.</param>
internal readonly record struct PorepChallenge(uint Node, int OfSyntheticSet);

/// <summary>Where openings of challenged nodes come from. From several threads at once; checks nothing.</summary>
internal interface IPorepOpener : IDisposable
{
    /// <summary>The folder or file that is read, for messages.</summary>
    string Source { get; }

    /// <summary>The root of tree_d.</summary>
    Bytes32 CommD { get; }

    /// <summary>The root of tree_c.</summary>
    Bytes32 CommC { get; }

    /// <summary>The root of tree_r_last.</summary>
    Bytes32 CommRLast { get; }

    /// <summary>Opens a challenge.</summary>
    PorepVanillaProof Open(PorepChallenge challenge);
}
