using System.Security.Cryptography;
using Filecoin.Chain.Facts;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Proofs;
using SealerRecover.Recovery.Roles;
using SealerRecover.Recovery.Verify;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>
/// The last look before a sector is installed: that random nodes of its files, as they lie on disk now, lead to the CommR of the chain, by a
/// window PoSt proof that another kernel checks than made it. What sealing computed in memory is right by then; this is about what is on
/// disk, and about the kernels. Asks no node; takes a fraction of a second.
/// </summary>
/// <param name="ProvenNodes">Nodes proven of what the network challenges, the update of a snapped sector; of its key as many again.</param>
/// <param name="Area">Which replica is not proven; null if all are.</param>
/// <param name="Fault">Why not; null if all are.</param>
internal sealed record InstallProof(int ProvenNodes, InstallArea? Area, ProofFault? Fault)
{
    /// <summary>Proves what is about to be installed.</summary>
    /// <param name="facts">The sector.</param>
    /// <param name="files">All its files by their names in the manifest, wherever each is now.</param>
    /// <param name="proofs">Proves.</param>
    /// <param name="cancellation">Stops within a second.</param>
    public static InstallProof Of(SectorFacts facts, IReadOnlyDictionary<string, string> files, Proving proofs, CancellationToken cancellation)
    {
        const int nodes = VerifySettings.DefaultChallenges;
        Bytes32 randomness = new(RandomNumberGenerator.GetBytes(Bytes32.Length));
        List<(InstallArea Area, string Replica, string Prefix, CommR CommR)> replicas =
            [(InstallArea.Sealed, ManifestFile.Sealed, string.Empty, facts.SealedCid)];
        if (facts.Update is { } update)
        {
            replicas.Add((InstallArea.Update, ManifestFile.Update, ManifestFile.InUpdateCache, update.SealedCid));
        }

        foreach ((InstallArea area, string replica, string prefix, CommR commR) in replicas)
        {
            ReplicaFiles lying = ReplicaFiles.From(files[replica], name => files[prefix + name], facts.SealProof.Porep);
            if (proofs.Prove(lying, facts.SealProof.Porep, facts.Sector, commR, randomness, nodes, cancellation) is [var fault, ..])
            {
                return new InstallProof(0, area, fault);
            }
        }

        return new InstallProof(nodes, null, null);
    }
}
