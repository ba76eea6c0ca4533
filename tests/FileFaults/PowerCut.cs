namespace SealerRecover.Tests;

/// <summary>What of the unflushed survives a power cut.</summary>
public enum Survival
{
    /// <summary>Nothing: files are as they were when they were last flushed, names as they were when their folder was.</summary>
    Nothing,

    /// <summary>All names and none of the bytes: a file renamed before it was flushed is empty.</summary>
    Names,

    /// <summary>All bytes and none of the names: what was deleted is back, what was renamed has its old name.</summary>
    Bytes,

    /// <summary>Any of the names, and any 512 bytes of any write.</summary>
    AnySectors,

    /// <summary>Any of the names, and any 4096 bytes of any write.</summary>
    AnyPages,
}

/// <summary>A power cut.</summary>
/// <param name="At">After how many of the recorded operations.</param>
/// <param name="Survival">What survives it.</param>
/// <param name="Seed">Chooses, where there is a choice.</param>
public readonly record struct PowerCut(int At, Survival Survival, int Seed);
