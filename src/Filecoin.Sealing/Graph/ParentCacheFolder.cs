using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Steps;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>How a parent cache file was found.</summary>
public enum ParentCacheState
{
    /// <summary>No file.</summary>
    Missing,

    /// <summary>The file has the wrong length.</summary>
    Truncated,

    /// <summary>Right length, wrong digest, or its disk does not give it back.</summary>
    Corrupt,

    /// <summary>The digest is the one published for this graph (or, where none is published, the one of a full recomputation).</summary>
    Good,
}

/// <summary>
/// The folder of SDR parent caches that rust-fil-proofs, Lotus and Curio use too: same names, same bytes.
/// </summary>
/// <remarks>
/// Beside a cache there may be <c>.lock</c> (empty, taken while one is built), <c>.sha256</c> (see <see cref="ParentCacheSidecar"/>) and,
/// while one is built, <c>.&lt;process id&gt;-&lt;random&gt;.tmp</c>. A cache that is already good needs no right to write in the folder.
/// </remarks>
/// <param name="folder">FIL_PROOFS_PARENT_CACHE, by default /var/tmp/filecoin-parents; created when a cache is built.</param>
/// <param name="kernel">Name of the kernel that computes parents; null for the best on this machine.</param>
public sealed class ParentCacheFolder(string folder, string? kernel = null)
{
    /// <summary>EIO: the disk does not give back what was written.</summary>
    private const int BadBlock = 5;

    /// <summary>The folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Full path of the cache file of <paramref name="porep"/>'s graph: v28-sdr-parent-&lt;sha256&gt;.cache.</summary>
    public string PathFor(PorepParameters porep) =>
        Path.GetFullPath(Path.Combine(Folder, ParentCacheFile.NameOf(new StackedGraph(porep))));

    /// <summary>Length in bytes of the cache file of <paramref name="porep"/>'s graph.</summary>
    public static long LengthOf(PorepParameters porep)
    {
        ArgumentNullException.ThrowIfNull(porep);
        return porep.Nodes * ParentCacheFile.BytesPerNode;
    }

    /// <summary>Whether the digest of the cache file is known, published or recorded beside it, so that it need not be computed anew to check it.</summary>
    public bool IsDigestKnown(PorepParameters porep)
    {
        ParentCacheFile file = new(porep, Path.GetFullPath(Folder), kernel);
        return Explained(file, () => file.PublishedDigest ?? ParentCacheSidecar.Read(file)) is not null;
    }

    /// <summary>Checks the file without changing anything.</summary>
    /// <param name="porep">Whose graph.</param>
    /// <param name="threads">Threads to use, at least 1; they matter where no digest is known.</param>
    /// <param name="progress">Told how many nodes are checked; may be null.</param>
    /// <param name="cancellation">Stops the check within a second.</param>
    /// <exception cref="OperatorException">The file cannot be read.</exception>
    public ParentCacheState Check(
        PorepParameters porep, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ParentCacheFile file = new(porep, Path.GetFullPath(Folder), kernel);
        return Explained(file, () =>
        {
            using Inspection found = Inspect(file, new ParentCacheBuilder(file, threads, progress, cancellation), cancellation);
            return found.State;
        });
    }

    /// <summary>
    /// Opens the verified cache of <paramref name="porep"/>'s graph, building it first (atomically: temporary name, digest, flush, rename)
    /// when it is missing, truncated or corrupt. Safe against other threads and processes doing the same.
    /// </summary>
    /// <param name="porep">Whose graph.</param>
    /// <param name="threads">Threads to use, at least 1.</param>
    /// <param name="windowNodes">
    /// Nodes a reader holds in each of its two windows, at least 1; more than <see cref="ParentCache.MaxWindowNodes"/> count as that many.
    /// </param>
    /// <param name="progress">Told how many nodes are checked (VerifyParents) and built (BuildParents); may be null.</param>
    /// <param name="cancellation">Stops the work within a second; a file half built is removed.</param>
    /// <param name="notice">
    /// Told in sentences that the file was damaged, before it is built anew and after: others seal with it, too. May be null.
    /// </param>
    /// <exception cref="OperatorException">Folder or file cannot be read or written, or there is no room.</exception>
    public ParentCache Open(
        PorepParameters porep,
        int threads,
        int windowNodes,
        IProgress<SealProgress>? progress,
        CancellationToken cancellation,
        Action<string>? notice = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowNodes, 1);
        ParentCacheFile file = new(porep, Path.GetFullPath(Folder), kernel);
        ParentCacheBuilder builder = new(file, threads, progress, cancellation);
        return Explained(file, () => new ParentCache(file, OpenGood(file, builder, notice, cancellation), windowNodes));
    }

    private static SafeFileHandle OpenGood(
        ParentCacheFile file, ParentCacheBuilder builder, Action<string>? notice, CancellationToken cancellation)
    {
        using (Inspection found = Inspect(file, builder, cancellation))
        {
            if (found.State == ParentCacheState.Good)
            {
                Remember(file, found);
                return found.TakeHandle();
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(file.Path)!);
        using SafeFileHandle buildLock = SharedFile.TakeLock(file.Path + ".lock", cancellation);

        // Whoever had the lock before may just have built it.
        using (Inspection found = Inspect(file, builder, cancellation))
        {
            if (found.State == ParentCacheState.Good)
            {
                return found.TakeHandle();
            }

            Build(builder, found, notice);
        }

        SafeFileHandle? built = SharedFile.OpenForReading(file.Path, cancellation);
        if (built is null || RandomAccess.GetLength(built) != file.Length)
        {
            built?.Dispose();
            throw new IOException($"{file.Path} was removed or changed right after it was built");
        }

        return built;
    }

    private static void Build(ParentCacheBuilder builder, Inspection found, Action<string>? notice)
    {
        if (found.Damage is not { } damage)
        {
            builder.Build();
            return;
        }

        notice?.Invoke(damage.Found);
        builder.Build(damage, found.Handle);
        notice?.Invoke(damage.Repaired());
    }

    /// <summary>
    /// A cache whose every node was just recomputed is good whether or not that can be noted down: in a folder that may only be read the
    /// next run does the same work again.
    /// </summary>
    private static void Remember(ParentCacheFile file, Inspection found)
    {
        if (found.RecomputedDigest is not { } digest)
        {
            return;
        }

        try
        {
            ParentCacheSidecar.Write(file, digest);
        }
        catch (Exception readOnly) when (readOnly is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static Inspection Inspect(ParentCacheFile file, ParentCacheBuilder builder, CancellationToken cancellation)
    {
        SafeFileHandle? handle = SharedFile.OpenForReading(file.Path, cancellation);
        if (handle is null)
        {
            return new Inspection(null, ParentCacheState.Missing);
        }

        Inspection found = new(handle, ParentCacheState.Truncated);
        try
        {
            if (RandomAccess.GetLength(handle) != file.Length)
            {
                found.Damage = ParentCacheDamage.Length(file, handle);
                return found;
            }

            Bytes32 digest = builder.Digest(handle);
            Bytes32? known = file.PublishedDigest ?? ParentCacheSidecar.Read(file);
            bool good = known is { } expected ? digest == expected : builder.EqualsGraph(handle);
            found.State = good ? ParentCacheState.Good : ParentCacheState.Corrupt;
            found.RecomputedDigest = good && known is null ? digest : null;
            found.Damage = good ? null
                : known is { } other ? ParentCacheDamage.Digest(file, handle, digest, other)
                : ParentCacheDamage.Nodes(file, handle);
            return found;
        }
        catch (IOException failure) when (failure.HResult == BadBlock)
        {
            found.State = ParentCacheState.Corrupt;
            found.Damage = ParentCacheDamage.Unreadable(file, handle, failure);
            return found;
        }
        catch
        {
            found.Dispose();
            throw;
        }
    }

    private static T Explained<T>(ParentCacheFile file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"the parent cache {file.Path} ({file.Length} bytes) could not be read or written: {failure.Message}",
                "Set FIL_PROOFS_PARENT_CACHE to a folder that this user can read and write and that has the room.",
                failure);
        }
    }

    /// <summary>What a look at the file gave; owns the handle until it is taken.</summary>
    private sealed class Inspection(SafeFileHandle? handle, ParentCacheState state) : IDisposable
    {
        private SafeFileHandle? _handle = handle;

        public ParentCacheState State { get; set; } = state;

        /// <summary>What is wrong; null if nothing is, or nothing is there.</summary>
        public ParentCacheDamage? Damage { get; set; }

        /// <summary>The open file, until it is taken or this disposed of; null if there is none.</summary>
        public SafeFileHandle? Handle => _handle;

        /// <summary>The file's digest, where it was compared node by node because no digest was known.</summary>
        public Bytes32? RecomputedDigest { get; set; }

        public SafeFileHandle TakeHandle()
        {
            SafeFileHandle taken = _handle!;
            _handle = null;
            return taken;
        }

        public void Dispose() => _handle?.Dispose();
    }
}
