using Filecoin.Sealing.Steps;

namespace Filecoin.Sealing.Files;

/// <summary>A file and what was recorded of it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Recorded">Its length and digest; a length of 0 if nothing is recorded.</param>
internal readonly record struct RecordedFile(string Path, FileDigest Recorded);
