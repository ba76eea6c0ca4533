using Filecoin.Cryptography;

namespace Filecoin.Sealing.Steps;

/// <summary>What was written for one finished step; a resumed run trusts a file only if it still has this length and digest.</summary>
/// <param name="Length">Length in bytes.</param>
/// <param name="Digest">Segment digest: SHA-256 over the SHA-256 digests of the file's consecutive segments of 1 MiB (the last may be shorter).</param>
public readonly record struct FileDigest(long Length, Bytes32 Digest);
