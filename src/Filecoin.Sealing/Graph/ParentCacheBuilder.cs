using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;
using Filecoin.Sealing.Steps;
using Microsoft.Win32.SafeHandles;

namespace Filecoin.Sealing.Graph;

/// <summary>Computes, checks and writes the content of one parent cache file.</summary>
internal sealed class ParentCacheBuilder(
    ParentCacheFile file, int threads, IProgress<SealProgress>? progress, CancellationToken cancellation)
{
    private const int DigestWindowNodes = 1 << 17;

    /// <summary>
    /// A flush after every 112 MiB, or else the one at the end would have gigabytes before it, which nobody could cancel.
    /// </summary>
    private const int BlocksPerFlush = 128;

    /// <summary>SHA-256 of the whole open file, read from start to end.</summary>
    public Bytes32 Digest(SafeFileHandle handle)
    {
        SealProgressCounter counter = new(progress, SealPhase.VerifyParents, 1, 1, file.Graph.Nodes);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using ReadAhead content = new(handle, file.Path, 0, file.Length, DigestWindowNodes * ParentCacheFile.BytesPerNode);
        for (ReadOnlySpan<byte> window = content.Next(); !window.IsEmpty; window = content.Next())
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(window);
            counter.Add(window.Length / ParentCacheFile.BytesPerNode);
        }

        return new Bytes32(hash.GetHashAndReset());
    }

    /// <summary>Whether every node in the open file is what the graph gives: as much work as building.</summary>
    public bool EqualsGraph(SafeFileHandle handle)
    {
        bool Compare(long first, int count, Span<byte> buffer)
        {
            int bytes = count * ParentCacheFile.BytesPerNode;
            Span<byte> computed = buffer[..bytes];
            Span<byte> stored = buffer.Slice(bytes, bytes);
            Compute(first, computed);
            return ReadWhole(handle, stored, first * ParentCacheFile.BytesPerNode) && stored.SequenceEqual(computed);
        }

        SealProgressCounter counter = new(progress, SealPhase.VerifyParents, 1, 1, file.Graph.Nodes);
        return NodeBlocks.Run(file.Graph.Nodes, threads, 2 * ParentCacheFile.BytesPerNode, Compare, counter, cancellation);
    }

    /// <summary>
    /// Builds the file and puts it in place, replacing what stands there. The caller holds the lock, so that a leftover temporary file is
    /// nobody's, unless another machine writes to the same folder: such a one is locked and left alone.
    /// </summary>
    /// <param name="damage">What is wrong with the file there; told every block of it that was computed. Null if there is none.</param>
    /// <param name="old">The file there, if any.</param>
    public void Build(ParentCacheDamage? damage = null, SafeFileHandle? old = null)
    {
        // A folder of links to another disk stays one: the link's target is replaced.
        FileInfo link = new(file.Path);
        string target = link.LinkTarget is null ? file.Path : link.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        string folder = System.IO.Path.GetDirectoryName(target)!;
        foreach (string leftover in Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(target) + ".*.tmp"))
        {
            SharedFile.DeleteIfAbandoned(leftover);
        }

        Bytes32 digest = default;
        NewFile.Write(LinuxFileSystem.Instance, target, temporary => digest = WriteOrExplain(temporary, damage, old), replaces: true);
        if (file.PublishedDigest is null)
        {
            ParentCacheSidecar.Write(file, digest);
        }
    }

    private Bytes32 WriteOrExplain(string temporary, ParentCacheDamage? damage, SafeFileHandle? old)
    {
        try
        {
            return WriteTo(temporary, damage, old);
        }
        catch (IOException failure)
        {
            long free = new DriveInfo(System.IO.Path.GetDirectoryName(temporary)!).AvailableFreeSpace;
            if (free >= file.Length && failure.HResult != LinuxNative.NoSpace)
            {
                throw;
            }

            throw new OperatorException(
                FailureKind.NotEnoughResources,
                $"the parent cache {file.Path} takes {file.Length} bytes and there are {free} left on its disk",
                "Make room there or set FIL_PROOFS_PARENT_CACHE to a folder that has it; a cache already there is replaced only by a complete one.",
                failure);
        }
    }

    private Bytes32 WriteTo(string temporary, ParentCacheDamage? damage, SafeFileHandle? old)
    {
        using SafeFileHandle handle = File.OpenHandle(
            temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, preallocationSize: file.Length);

        bool Write(long first, int count, Span<byte> buffer)
        {
            int bytes = count * ParentCacheFile.BytesPerNode;
            Span<byte> block = buffer[..bytes];
            Compute(first, block);
            RandomAccess.Write(handle, block, first * ParentCacheFile.BytesPerNode);
            if (old is not null)
            {
                damage?.Compare(old, first, block, buffer.Slice(bytes, bytes));
            }

            if ((first / NodeBlocks.BlockNodes) % BlocksPerFlush == BlocksPerFlush - 1)
            {
                RandomAccess.FlushToDisk(handle);
            }

            return true;
        }

        SealProgressCounter counter = new(progress, SealPhase.BuildParents, 1, 1, file.Graph.Nodes);
        NodeBlocks.Run(file.Graph.Nodes, threads, 2 * ParentCacheFile.BytesPerNode, Write, counter, cancellation);
        RandomAccess.FlushToDisk(handle);

        Bytes32 digest = Digest(handle);
        if (file.PublishedDigest is { } published && digest != published)
        {
            throw new OperatorException(
                FailureKind.Storage,
                $"the parent cache {file.Path} was built with SHA-256 {digest}, but {published} is published for this graph",
                "Memory or disk of this machine returned wrong data; test the memory and try another disk before sealing anything here.");
        }

        return digest;
    }

    private void Compute(long first, Span<byte> block)
    {
        Span<uint> parents = MemoryMarshal.Cast<byte, uint>(block);
        file.Graph.ParentsOfRange(first, parents);
        if (!BitConverter.IsLittleEndian)
        {
            System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(parents, parents);
        }
    }

    private static bool ReadWhole(SafeFileHandle handle, Span<byte> block, long offset)
    {
        for (int done = 0; done < block.Length;)
        {
            int read = RandomAccess.Read(handle, block[done..], offset + done);
            if (read == 0)
            {
                return false;
            }

            done += read;
        }

        return true;
    }
}
