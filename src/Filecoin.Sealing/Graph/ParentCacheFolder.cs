using Filecoin.Primitives;

namespace Filecoin.Sealing.Graph;

/// <summary>How a parent cache file was found.</summary>
public enum ParentCacheState
{
    /// <summary>No file.</summary>
    Missing,

    /// <summary>The file has the wrong length.</summary>
    Truncated,

    /// <summary>Right length, wrong digest.</summary>
    Corrupt,

    /// <summary>The digest is the one published for this graph (or, where none is published, the one of a full recomputation).</summary>
    Good,
}

/// <summary>
/// The folder of SDR parent caches that rust-fil-proofs, Lotus and Curio use too: same names, same bytes.
/// </summary>
/// <param name="folder">FIL_PROOFS_PARENT_CACHE, by default /var/tmp/filecoin-parents; created when a cache is built.</param>
public sealed class ParentCacheFolder(string folder)
{
    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Full path of the cache file of <paramref name="porep"/>'s graph: v28-sdr-parent-&lt;sha256&gt;.cache.</summary>
    public string PathFor(PorepParameters porep) => throw new NotImplementedException();

    /// <summary>Checks the file without changing anything.</summary>
    public ParentCacheState Check(
        PorepParameters porep, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>
    /// Opens the verified cache of <paramref name="porep"/>'s graph, building it first (atomically: temporary name, digest, flush, rename)
    /// when it is missing, truncated or corrupt. Safe against other threads and processes doing the same.
    /// </summary>
    public ParentCache Open(
        PorepParameters porep, int threads, int windowNodes, IProgress<SealProgress>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
