using Filecoin.Primitives;

namespace SealerRecover.Recovery.Unsealing;

/// <summary>
/// How CAR files begin (ipld.io/specs/transport/car): a varint with the length of the header, then the header as DAG-CBOR, a map whose keys
/// stand with the shorter first: "roots", then "version", which is 1. A CAR of version 2 begins with such a header that has no roots.
/// </summary>
internal static class CarHeader
{
    /// <summary>What is put behind the names of such files.</summary>
    public const string Extension = ".car";

    /// <summary>Bytes that are enough to tell.</summary>
    public const int MostBytes = Varint.MaxLength + 11;

    private static ReadOnlySpan<byte> Roots => [0xa2, 0x65, (byte)'r', (byte)'o', (byte)'o', (byte)'t', (byte)'s'];

    private static ReadOnlySpan<byte> Version2 => [0xa1, 0x67, (byte)'v', (byte)'e', (byte)'r', (byte)'s', (byte)'i', (byte)'o', (byte)'n', 0x02];

    /// <summary>Whether a file that begins with these bytes is a CAR, as far as they tell.</summary>
    public static bool Begins(ReadOnlySpan<byte> bytes) =>
        Varint.TryRead(bytes, out ulong length, out int taken) && length > (ulong)Roots.Length
        && (bytes[taken..].StartsWith(Roots) || (bytes[taken..].StartsWith(Version2) && length == (ulong)Version2.Length));
}
