namespace Filecoin.Primitives;

/// <summary>The size of a sector in bytes: a power of two. Nodes are 32 bytes.</summary>
public readonly record struct SectorSize
{
    /// <summary>Bytes in one node.</summary>
    public const int NodeBytes = 32;

    /// <summary>Makes a size of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a power of two from 2 KiB to 64 GiB.</exception>
    public SectorSize(long bytes)
    {
        if (!IsValid(bytes))
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a sector is a power of two from 2KiB to 64GiB");
        }

        Bytes = bytes;
    }

    /// <summary>2 KiB, for tests.</summary>
    public static SectorSize KiB2 { get; } = new(2L << 10);

    /// <summary>8 MiB, for tests.</summary>
    public static SectorSize MiB8 { get; } = new(8L << 20);

    /// <summary>512 MiB, for tests.</summary>
    public static SectorSize MiB512 { get; } = new(512L << 20);

    /// <summary>32 GiB, production.</summary>
    public static SectorSize GiB32 { get; } = new(32L << 30);

    /// <summary>64 GiB, production.</summary>
    public static SectorSize GiB64 { get; } = new(64L << 30);

    /// <summary>Length in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Length in nodes of 32 bytes; 2^31 for 64 GiB.</summary>
    public long Nodes => Bytes / NodeBytes;

    /// <summary>Whether <paramref name="bytes"/> is a size that sectors have or that the proofs are tested with.</summary>
    public static bool IsValid(long bytes) => bytes is >= 2L << 10 and <= 64L << 30 && long.IsPow2(bytes);

    /// <summary>Reads "32GiB", "512MiB" (any case, optional space, "G"/"GB" not accepted) or a number of bytes.</summary>
    public static bool TryParse(string? text, out SectorSize size)
    {
        long bytes = 0;
        bool isSize = text is { Length: <= 32 } && ByteCount.TryParse(text, out bytes) && IsValid(bytes);
        size = isSize ? new SectorSize(bytes) : default;
        return isSize;
    }

    /// <summary>"32GiB".</summary>
    public override string ToString() => ByteCount.Text(Bytes, "0").Replace(" ", "", StringComparison.Ordinal);
}
