using Filecoin.Cryptography;
using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>p_aux: 64 bytes, comm_c then comm_r_last, each a little-endian field element (rust-fil-proofs PersistentAux, bincode).</summary>
/// <param name="CommC">Root of tree_c.</param>
/// <param name="CommRLast">Root of tree_r_last.</param>
public readonly record struct PAuxFile(Bytes32 CommC, Bytes32 CommRLast)
{
    /// <summary>Length of the file.</summary>
    public const int Length = 64;

    /// <summary>Reads a file.</summary>
    /// <exception cref="OperatorException">Storage: not 64 bytes, or unreadable.</exception>
    public static PAuxFile Read(string path) => Read(LinuxFileSystem.Instance, path);

    /// <summary>As the other, through a door of the caller's.</summary>
    public static PAuxFile Read(IFileSystem files, string path)
    {
        byte[] bytes = StorageFailure.Naming(path, "reading", () => files.ReadAll(path));
        return bytes.Length == Length
            ? new PAuxFile(new Bytes32(bytes.AsSpan(0, 32)), new Bytes32(bytes.AsSpan(32)))
            : throw new OperatorException(
                FailureKind.Storage, $"{path} is {bytes.Length} bytes long instead of {Length}", "the sector has to be recovered anew");
    }

    /// <summary>The 64 bytes.</summary>
    public byte[] ToBytes() => [.. CommC.ToArray(), .. CommRLast.ToArray()];

    /// <summary>Writes the file durably.</summary>
    public void Write(IFileSystem files, string path) => DurableFile.Write(files, path, ToBytes());
}
