using System.Globalization;
using Filecoin.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>
/// What is wrong with a parent cache that is built anew, in sentences for the operator: whoever else shares the file labels with what stands
/// in it, since neither Lotus nor Curio check it by default.
/// </summary>
internal sealed class ParentCacheDamage
{
    private readonly ParentCacheFile _file;
    private readonly DateTime _written;
    private readonly string _what;
    private readonly bool _mayBeTheRecord;
    private readonly Lock _gate = new();
    private long _wrongNodes;
    private long _firstWrong = long.MaxValue;

    private ParentCacheDamage(ParentCacheFile file, SafeFileHandle old, string what, bool mayBeTheRecord)
    {
        _file = file;
        _written = File.GetLastWriteTimeUtc(old);
        _what = what;
        _mayBeTheRecord = mayBeTheRecord;
    }

    /// <summary>What is said before hours of building.</summary>
    public string Found =>
        $"the parent cache {_file.Path}, last written {Written}, {_what}; it is built anew. Lotus and Curio on this machine seal with this file, too, "
        + $"and do not notice: sectors that were labelled with it since {Written} may have a CommR that nobody can make again from their ticket. "
        + "Keep what is left of them, their unsealed copies above all, and seal one of them again into another folder "
        + "to see whether it gives the CommR on chain";

    private string Written => _written.ToString("yyyy-MM-dd HH:mm:ss' UTC'", CultureInfo.InvariantCulture);

    /// <summary>It has another length than the graph's; a rest that was never written whole, or a disk that lost its end.</summary>
    public static ParentCacheDamage Length(ParentCacheFile file, SafeFileHandle old) => new(
        file, old, string.Create(CultureInfo.InvariantCulture, $"has {RandomAccess.GetLength(old)} bytes instead of {file.Length}"), mayBeTheRecord: false);

    /// <summary>It has another digest than the one published, or than the one that was noted when every node had been computed.</summary>
    public static ParentCacheDamage Digest(ParentCacheFile file, SafeFileHandle old, Bytes32 digest, Bytes32 expected) => new(
        file,
        old,
        file.PublishedDigest is null
            ? $"has SHA-256 {digest} as a whole, but {ParentCacheSidecar.PathFor(file)} says {expected}"
            : $"has SHA-256 {digest} as a whole instead of the published {expected}",
        mayBeTheRecord: file.PublishedDigest is null);

    /// <summary>Its nodes are not the graph's.</summary>
    public static ParentCacheDamage Nodes(ParentCacheFile file, SafeFileHandle old) =>
        new(file, old, "holds other parents than its graph has", mayBeTheRecord: false);

    /// <summary>The disk does not give it back.</summary>
    public static ParentCacheDamage Unreadable(ParentCacheFile file, SafeFileHandle old, IOException failure) =>
        new(file, old, $"cannot be read ({failure.Message.TrimEnd('.')})", mayBeTheRecord: false);

    /// <summary>Compares a block that was just computed with what the old file has there. From any thread.</summary>
    /// <param name="old">The old file.</param>
    /// <param name="first">The block's first node.</param>
    /// <param name="computed">The right bytes.</param>
    /// <param name="buffer">As long.</param>
    public void Compare(SafeFileHandle old, long first, ReadOnlySpan<byte> computed, Span<byte> buffer)
    {
        int read = 0;
        try
        {
            while (read < buffer.Length && RandomAccess.Read(old, buffer[read..], (first * ParentCacheFile.BytesPerNode) + read) is var more and > 0)
            {
                read += more;
            }
        }
        catch (IOException)
        {
            // What cannot be read is wrong; the first sentence says so.
        }

        for (int node = 0; node * ParentCacheFile.BytesPerNode < computed.Length; node++)
        {
            int from = node * ParentCacheFile.BytesPerNode;
            int to = from + ParentCacheFile.BytesPerNode;
            if (to > read || !computed[from..to].SequenceEqual(buffer[from..to]))
            {
                lock (_gate)
                {
                    _wrongNodes++;
                    _firstWrong = Math.Min(_firstWrong, first + node);
                }
            }
        }
    }

    /// <summary>What is said when the new file stands: how much of the old one was wrong.</summary>
    public string Repaired() => $"the parent cache {_file.Path} stands anew: " + (_wrongNodes, _mayBeTheRecord) switch
    {
        (0, true) => $"all its nodes had been right, only {ParentCacheSidecar.PathFor(_file)} was wrong, which nobody but this tool reads; what was sealed with the cache is right",
        (0, false) => "all its nodes were right when they were read once more, so the disk or the memory of this machine gives other bytes now and then",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"{_wrongNodes} of its {_file.Graph.Nodes} nodes had been wrong, the first from byte {_firstWrong * ParentCacheFile.BytesPerNode}"),
    };
}
