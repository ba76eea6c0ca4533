using System.Collections.Immutable;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Proofs;

/// <summary>
/// Where the files are that a proof about a replica is made of. They need not lie beside each other: while a sector is installed, some wait
/// and others stand already.
/// </summary>
/// <param name="Replica">The sealed or updated sector.</param>
/// <param name="PAux">Its p_aux.</param>
/// <param name="TreeRLast">Its tree_r_last, one file for each base tree, in order.</param>
public sealed record ReplicaFiles(string Replica, string PAux, ImmutableArray<string> TreeRLast)
{
    /// <summary>All of them.</summary>
    public IEnumerable<string> All => [Replica, PAux, .. TreeRLast];

    /// <summary>Those of a replica whose p_aux and trees lie in one cache folder.</summary>
    public static ReplicaFiles In(string cacheFolder, string replica, PorepParameters porep) =>
        From(replica, name => Path.Combine(cacheFolder, name), porep);

    /// <summary>Those of a replica, each where <paramref name="place"/> says that a file of the cache folder is.</summary>
    public static ReplicaFiles From(string replica, Func<string, string> place, PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(porep);
        return new ReplicaFiles(replica, place(CacheNames.PAux), Trees(place, porep));
    }

    /// <summary>tree_r_last in a cache folder.</summary>
    internal static ImmutableArray<string> TreesIn(string cacheFolder, PorepParameters porep) => Trees(name => Path.Combine(cacheFolder, name), porep);

    private static ImmutableArray<string> Trees(Func<string, string> place, PorepParameters porep) =>
        [.. Enumerable.Range(0, porep.Shape.BaseTrees).Select(tree => place(CacheNames.TreeRLast(porep.Shape, tree)))];
}
