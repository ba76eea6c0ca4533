using System.Security.Cryptography;

namespace Filecoin.Sealing.Labeling.Kernels;

/// <summary>.NET's own SHA-256, which uses the processor's SHA instructions where there are any.</summary>
internal readonly struct PlatformLabelHash : ILabelHash
{
    public static string Name => "platform";

    public static void Hash(Span<byte> message, int length, Span<byte> label) => SHA256.HashData(message[..length], label);
}
