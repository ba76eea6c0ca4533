using System.Security.Cryptography;
using Filecoin.Sealing.Pieces;

namespace Filecoin.Sealing.Tests;

/// <summary>Digests of sector data, wherever it comes from.</summary>
internal static class SectorDigest
{
    /// <summary>Lower-case hexadecimal SHA-256 of all of the padded data.</summary>
    public static string Sha256Of(ISectorData data)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] part = new byte[Math.Min(data.Size.Bytes, 1 << 20)];
        for (long offset = 0; offset < data.Size.Bytes; offset += part.Length)
        {
            data.Read(offset, part);
            hash.AppendData(part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
