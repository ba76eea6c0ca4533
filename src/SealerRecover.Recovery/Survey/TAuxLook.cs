using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Trees;

namespace SealerRecover.Recovery.Survey;

/// <summary>Whether a t_aux is one of this kind of sector. The paths in it are where it was sealed, and nobody needs them.</summary>
internal static class TAuxLook
{
    /// <summary>No t_aux is so long: it holds at most fourteen paths.</summary>
    private const long MostBytes = 1 << 20;

    /// <summary>Reads and judges a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="porep">Size and shape.</param>
    /// <param name="rowsToDiscard">Rows of tree_r_last not stored, as asked for; null for the default.</param>
    /// <param name="files">Reads it; null for the real file system.</param>
    public static FileState At(string path, PorepParameters porep, int? rowsToDiscard, IFileSystem? files = null) => FileLooks.Reading(() =>
    {
        int rowsDiscarded = BaseTreeLayout.For(porep).RowsDiscarded(rowsToDiscard);
        if (new FileInfo(path).Length is var length && length > MostBytes)
        {
            return Wrong(length, "it is longer than any t_aux");
        }

        byte[] bytes = (files ?? LinuxFileSystem.Instance).ReadAll(path);
        return !TAuxFile.TryRead(bytes, out IReadOnlyList<StoreConfig> configs)
            ? Wrong(bytes.Length, "it is no list of store configurations")
            : Mistake(configs, porep, rowsDiscarded) is { } mistake ? Wrong(bytes.Length, mistake)
            : new Good(CheckDepth.Consistent);
    });

    private static string? Mistake(IReadOnlyList<StoreConfig> configs, PorepParameters porep, int rowsDiscarded)
    {
        IReadOnlyList<StoreConfig> expected = TAuxFile.Configs(porep, string.Empty, rowsDiscarded);
        if (configs.Count != expected.Count)
        {
            return FormattableString.Invariant($"it lists {configs.Count} stores where {expected.Count} belong");
        }

        foreach ((StoreConfig found, StoreConfig right) in configs.Zip(expected))
        {
            if (found with { Path = string.Empty } != right)
            {
                return FormattableString.Invariant(
                    $"it has {found.Id} with {found.Size} nodes and {found.RowsToDiscard} rows discarded where {right.Id} with {right.Size} and {right.RowsToDiscard} belongs");
            }
        }

        return null;
    }

    private static Damaged Wrong(long length, string how) => new([new DamagedRange(0, length)], how);
}
