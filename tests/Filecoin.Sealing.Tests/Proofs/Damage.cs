using SealerRecover.Tests;

namespace Filecoin.Sealing.Tests.Proofs;

/// <summary>One flipped bit of a file, put right again at the end.</summary>
internal sealed class Damage : IDisposable
{
    private readonly string _path;
    private readonly long _bit;

    private Damage(string path, long bit)
    {
        _path = path;
        _bit = bit;
        Flip();
    }

    /// <summary>The byte it is in.</summary>
    public long Byte => _bit / 8;

    /// <summary>Flips a bit that <paramref name="seed"/> chooses among those of a part of the file.</summary>
    public static Damage Of(string path, string seed, long offset = 0, long? length = null) =>
        At(path, (offset * 8) + (long)(BitConverter.ToUInt64(VectorFiles.Stream(seed, 8)) % (8 * (ulong)(length ?? new FileInfo(path).Length))));

    /// <summary>Flips a bit, counted from the lowest of the first byte.</summary>
    public static Damage At(string path, long bit) => new(path, bit);

    public void Dispose() => Flip();

    public override string ToString() => $"bit {_bit} of {Path.GetFileName(_path)} flipped";

    private void Flip()
    {
        using FileStream file = new(_path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = Byte;
        int before = file.ReadByte();
        file.Position = Byte;
        file.WriteByte((byte)(before ^ (1 << (int)(_bit % 8))));
    }
}
