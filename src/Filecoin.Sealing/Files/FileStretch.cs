namespace Filecoin.Sealing.Files;

/// <summary>A stretch of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct FileStretch(string Path, long Offset, int Length);
