namespace SealerRecover.Recovery.Roles;

/// <summary>What costs are told in: blocks of the platform's SHA-256 on one core, as <c>openssl speed -bytes 16384 -evp sha256</c> counts them.</summary>
internal static class Yardstick
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 64;

    /// <summary>Bytes of a message; the padding's block does not count.</summary>
    public const int MessageBytes = 16 << 10;
}
