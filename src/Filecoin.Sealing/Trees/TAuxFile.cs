using System.Buffers.Binary;
using System.Text;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace Filecoin.Sealing.Trees;

/// <summary>One store configuration of a t_aux (merkletree StoreConfig).</summary>
/// <param name="Path">The cache folder at the time of sealing.</param>
/// <param name="Id">"layer-1", "tree-d" and so on.</param>
/// <param name="Size">Nodes.</param>
/// <param name="RowsToDiscard">Rows not stored, leaves not counted.</param>
public sealed record StoreConfig(string Path, string Id, long Size, long RowsToDiscard);

/// <summary>
/// t_aux: the store configurations of everything PreCommit1 and 2 wrote, in bincode (rust-fil-proofs TemporaryAux with merkletree
/// StoreConfig): u64 number of labels, the labels' configurations from layer 1, then those of tree_d, tree_r_last and tree_c. A configuration
/// is path and id (each u64 length and UTF-8 bytes), one byte 1 for Some, u64 size in nodes, u64 rows to discard. All integers
/// little-endian. Commit 1 and SnapDeals read it; PoSt does not.
/// </summary>
public static class TAuxFile
{
    /// <summary>bincode's Some before a size.</summary>
    private const byte SizeIsThere = 1;

    /// <summary>The bytes for a sector.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="cachePath">The path every configuration names: where the cache folder is, or is going to be.</param>
    /// <param name="rowsToDiscard">Rows of tree_r_last not stored, as applied.</param>
    public static byte[] ToBytes(PorepParameters porep, string cachePath, int rowsToDiscard)
    {
        ArgumentNullException.ThrowIfNull(porep);
        ArgumentNullException.ThrowIfNull(cachePath);
        using MemoryStream bytes = new();
        Number(porep.Layers);
        foreach (StoreConfig config in Configs(porep, cachePath, rowsToDiscard))
        {
            Text(config.Path);
            Text(config.Id);
            bytes.WriteByte(SizeIsThere);
            Number(config.Size);
            Number(config.RowsToDiscard);
        }

        return bytes.ToArray();

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

    /// <summary>Writes the t_aux of a sector durably into its cache folder.</summary>
    /// <param name="files">Writes it.</param>
    /// <param name="cacheFolder">The folder.</param>
    /// <param name="porep">The seal proof.</param>
    /// <param name="cachePath">The path every configuration names.</param>
    /// <param name="rowsToDiscard">Rows of tree_r_last not stored, as asked for; null for the default.</param>
    internal static void Write(IFileSystem files, string cacheFolder, PorepParameters porep, string cachePath, int? rowsToDiscard) => DurableFile.Write(
        files,
        Path.Combine(cacheFolder, CacheNames.TAux),
        ToBytes(porep, cachePath, BaseTreeLayout.For(porep).RowsDiscarded(rowsToDiscard)));

    /// <summary>The configurations of a sector in their order: layers, tree_d, tree_r_last, tree_c.</summary>
    /// <param name="porep">The seal proof.</param>
    /// <param name="cachePath">The path every configuration names.</param>
    /// <param name="rowsToDiscard">Rows of tree_r_last not stored, as applied.</param>
    public static IReadOnlyList<StoreConfig> Configs(PorepParameters porep, string cachePath, int rowsToDiscard)
    {
        ArgumentNullException.ThrowIfNull(porep);
        long baseTreeNodes = BaseTreeLayout.For(porep).TotalNodes;
        return
        [
            .. Enumerable.Range(1, porep.Layers).Select(layer => new StoreConfig(cachePath, CacheNames.LayerId(layer), porep.Nodes, 0)),
            new StoreConfig(cachePath, "tree-d", (2 * porep.Nodes) - 1, 0),
            new StoreConfig(cachePath, "tree-r-last", baseTreeNodes, rowsToDiscard),
            new StoreConfig(cachePath, "tree-c", baseTreeNodes, 0),
        ];
    }

    /// <summary>Reads what <see cref="ToBytes"/> writes, of whatever sector; false if the bytes are anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out IReadOnlyList<StoreConfig> configs)
    {
        const int trees = 3;
        const int mostLayers = 64;
        List<StoreConfig> read = [];
        configs = read;
        if (!TryNumber(ref bytes, out long layers) || layers > mostLayers)
        {
            return false;
        }

        while (read.Count < layers + trees)
        {
            if (!TryText(ref bytes, out string path) || !TryText(ref bytes, out string id)
                || bytes is not [SizeIsThere, .. ReadOnlySpan<byte> rest]
                || !TryNumber(ref rest, out long size) || !TryNumber(ref rest, out long rowsToDiscard))
            {
                return false;
            }

            bytes = rest;
            read.Add(new StoreConfig(path, id, size, rowsToDiscard));
        }

        return bytes.IsEmpty;
    }

    private static bool TryText(ref ReadOnlySpan<byte> bytes, out string text)
    {
        bool whole = TryNumber(ref bytes, out long length) && length <= bytes.Length;
        text = whole ? Encoding.UTF8.GetString(bytes[..(int)length]) : string.Empty;
        bytes = whole ? bytes[(int)length..] : bytes;
        return whole;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> bytes, out long value)
    {
        bool whole = BinaryPrimitives.TryReadInt64LittleEndian(bytes, out value) && value >= 0;
        bytes = whole ? bytes[sizeof(long)..] : bytes;
        return whole;
    }
}
