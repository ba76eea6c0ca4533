using System.Globalization;

namespace Filecoin.Sealing.Files;

/// <summary>Names for files that are not whole yet.</summary>
public static class TemporaryNames
{
    /// <summary>A new name beside <paramref name="path"/> that nobody else uses: process id for people, a random part for machines.</summary>
    public static string For(string path) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Random.Shared.NextInt64():x}.tmp");
}
