using System.Text.Json;
using Filecoin.Primitives;
using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Storage;

/// <summary>The storage paths that a node of Lotus or Curio opens when it starts: the storage.json of its repository.</summary>
public static class StorageList
{
    /// <summary>The file in a repository.</summary>
    public const string FileName = "storage.json";

    private const int Longest = 1 << 20;

    /// <summary>What the file of a repository names; null where there is none, or it cannot be used.</summary>
    /// <param name="repository">The folder, absolute.</param>
    /// <param name="failure">Why it cannot be used; null where there is none, or it can.</param>
    public static IReadOnlyList<string>? Read(string repository, out OperatorException? failure)
    {
        string path = Path.Combine(repository, FileName);
        failure = null;
        try
        {
            FileLook look = FileLook.Through(path);
            if (look.Kind == FileKind.Missing)
            {
                return null;
            }

            if (look is { Kind: FileKind.File, Length: <= Longest }
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), StorageJson.Default.StorageConfig) is { } config)
            {
                // A path that is not absolute would mean another folder to each program; "~" the same one.
                return [.. (config.StoragePaths ?? []).Select(entry => entry?.Path).OfType<string>().Where(entry => entry.Length > 0 && !entry.Contains('\0', StringComparison.Ordinal))];
            }

            failure = Unusable(path, "is not the list of storage paths that Lotus and Curio keep");
        }
        catch (JsonException error)
        {
            failure = Unusable(path, $"cannot be read as JSON: {SafeText.Short(error.Message)}");
        }
        catch (Exception error) when (StorageFailure.Is(error))
        {
            failure = Unusable(path, $"cannot be read: {SafeText.Short(error.Message)}");
        }

        return null;
    }

    private static OperatorException Unusable(string path, string why) =>
        new(FailureKind.BadInput, $"{path} {why}", $"let this user read it, or name the storage paths yourself");
}
