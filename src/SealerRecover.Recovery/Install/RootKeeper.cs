using System.Collections.Immutable;
using Filecoin.Chain.Facts;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Replica;
using SealerRecover.Recovery.Workspace;

namespace SealerRecover.Recovery.Install;

/// <summary>Takes comm_c and comm_r_last of sectors while their p_aux is there, so that a metadata file has them when it is not. From any thread.</summary>
/// <param name="storagePaths">Where p_aux files are: storage paths of Lotus or Curio. None for nothing to be taken.</param>
public sealed class RootKeeper(ImmutableArray<string> storagePaths)
{
    private int _taken;

    /// <summary>Of how many sectors they were found.</summary>
    public int Taken => _taken;

    /// <summary>The facts with what an intact p_aux says, if one is there: with one that CommR vouches for and no other.</summary>
    /// <param name="facts">The sector; what an earlier run kept of it stays where nothing is found.</param>
    public SectorFacts AddTo(SectorFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        IEnumerable<string> folders = storagePaths.Select(path => new ResultLayout(path, facts.Sector).CacheFolder);
        if (Survivors.PAuxOf(LinuxFileSystem.Instance, folders, facts.SealedCid, pAux => CommRs.From(pAux.CommC, pAux.CommRLast)) is not { } found)
        {
            return facts;
        }

        Interlocked.Increment(ref _taken);
        return facts with { Roots = new SealedRoots(found.CommC, found.CommRLast) };
    }
}
