using System.Security.Cryptography;
using Filecoin.Cryptography;
using Filecoin.Sealing;
using Microsoft.Win32.SafeHandles;

namespace SealerRecover.Recovery.Files;

/// <summary>Computes <see cref="FileDigest"/>: SHA-256 over the SHA-256 digests of a file's segments of 1 MiB.</summary>
internal static class SegmentDigests
{
    private const int Segment = 1 << 20;

    /// <summary>Reads the whole file; <paramref name="read"/> is told the bytes of each segment.</summary>
    public static FileDigest Of(string path, IProgress<long> read, CancellationToken cancellation)
    {
        using SafeFileHandle handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
        using IncrementalHash whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Segment];
        Span<byte> digest = stackalloc byte[Bytes32.Length];
        long length = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            int filled = Fill(handle, buffer, length);
            if (filled > 0)
            {
                SHA256.HashData(buffer.AsSpan(0, filled), digest);
                whole.AppendData(digest);
                length += filled;
                read.Report(filled);
            }

            if (filled < Segment)
            {
                return new FileDigest(length, new Bytes32(whole.GetHashAndReset()));
            }
        }
    }

    private static int Fill(SafeFileHandle handle, byte[] buffer, long offset)
    {
        int filled = 0;
        int read;
        do
        {
            read = RandomAccess.Read(handle, buffer.AsSpan(filled), offset + filled);
            filled += read;
        }
        while (read > 0 && filled < buffer.Length);

        return filled;
    }
}
