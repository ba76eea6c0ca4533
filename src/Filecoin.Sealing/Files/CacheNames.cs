using System.Globalization;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>Names and lengths of the files in a sector's cache folder (rust-fil-proofs: StoreConfig::data_path, "sc-02-data-{id}.dat").</summary>
public static class CacheNames
{
    /// <summary>comm_c and comm_r_last.</summary>
    public const string PAux = "p_aux";

    /// <summary>The store configurations; see <see cref="Trees.TAuxFile"/>.</summary>
    public const string TAux = "t_aux";

    /// <summary>The SHA-256 tree over the data.</summary>
    public const string TreeD = "sc-02-data-tree-d.dat";

    /// <summary>The openings that Commit 1 of a Synthetic sector chooses from; see <see cref="Proofs.Synthetic.SyntheticForm"/>.</summary>
    public const string SyntheticProofs = "syn-porep-vanilla-proofs.dat";

    /// <summary>Identifier of a layer in t_aux, layers counted from 1.</summary>
    public static string LayerId(int layer) => string.Create(CultureInfo.InvariantCulture, $"layer-{layer}");

    /// <summary>File of a layer, layers counted from 1.</summary>
    public static string Layer(int layer) => $"sc-02-data-{LayerId(layer)}.dat";

    /// <summary>File beside a layer, until PreCommit2 is done, with its segment digests.</summary>
    /// <param name="layerFile">Name or path of the layer.</param>
    public static string SegmentsOf(string layerFile) => layerFile + ".segments";

    /// <summary>File of tree_c's base tree <paramref name="tree"/>; numbered only where there are several.</summary>
    public static string TreeC(TreeShape shape, int tree) => Numbered("tree-c", shape, tree);

    /// <summary>File of tree_r_last's base tree <paramref name="tree"/>; numbered only where there are several.</summary>
    public static string TreeRLast(TreeShape shape, int tree) => Numbered("tree-r-last", shape, tree);

    /// <summary>The files left after Lotus finalises a sector, in the order p_aux, t_aux, tree_r_last.</summary>
    public static IReadOnlyList<string> Finalized(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return [PAux, TAux, .. Enumerable.Range(0, porep.Shape.BaseTrees).Select(tree => TreeRLast(porep.Shape, tree))];
    }

    /// <summary>All files PreCommit2 leaves: the finalised ones, layers, tree_c and tree_d.</summary>
    public static IReadOnlyList<string> All(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return
        [
            .. Finalized(porep),
            .. Enumerable.Range(1, porep.Layers).Select(Layer),
            .. Enumerable.Range(0, porep.Shape.BaseTrees).Select(tree => TreeC(porep.Shape, tree)),
            TreeD,
        ];
    }

    private static string Numbered(string id, TreeShape shape, int tree) =>
        shape.BaseTrees == 1
            ? $"sc-02-data-{id}.dat"
            : string.Create(CultureInfo.InvariantCulture, $"sc-02-data-{id}-{tree}.dat");
}
