using System.Buffers.Binary;
using System.Text;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// t_aux: the store configurations of everything PreCommit1 and 2 wrote, in bincode (rust-fil-proofs TemporaryAux with merkletree
/// StoreConfig): u64 number of labels, the labels' configurations from layer 1, then those of tree_d, tree_r_last and tree_c. A configuration
/// is path and id (each u64 length and UTF-8 bytes), one byte 1 for Some, u64 size in nodes, u64 rows to discard. All integers
/// little-endian. Commit 1 and SnapDeals read it; PoSt does not.
/// </summary>
public static class TAuxFile
{
    /// <summary>The bytes for a sector.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="cachePath">The path every configuration names: where the cache folder is, or is going to be.</param>
    /// <param name="rowsToDiscard">Rows of tree_r_last not stored, as applied.</param>
    public static byte[] ToBytes(PorepParameters porep, string cachePath, int rowsToDiscard)
    {
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(cachePath);
        long nodes = porep.Nodes;
        long baseTreeNodes = Trees.BaseTreeLayout.For(porep).TotalNodes;
        using MemoryStream bytes = new();
        Number(porep.Layers);
        for (int layer = 1; layer <= porep.Layers; layer++)
        {
            Config(CacheNames.LayerId(layer), nodes, 0);
        }

        Config("tree-d", (2 * nodes) - 1, 0);
        Config("tree-r-last", baseTreeNodes, rowsToDiscard);
        Config("tree-c", baseTreeNodes, 0);
        return bytes.ToArray();

        void Config(string id, long size, long discard)
        {
            Text(cachePath);
            Text(id);
            bytes.WriteByte(1);
            Number(size);
            Number(discard);
        }

        void Text(string text)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            Number(utf8.Length);
            bytes.Write(utf8);
        }

        void Number(long value)
        {
            Span<byte> buffer = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(buffer, value);
            bytes.Write(buffer);
        }
    }
}
