namespace Filecoin.Sealing.Files;

/// <summary>A layer file: n labels of 32 bytes, node 0 first. Beside it, until PreCommit2 is done, its segment digests.</summary>
internal static class LayerFile
{
    /// <summary>Whether the layer is as long as recorded and its digests are beside it; content is checked where it is read.</summary>
    public static bool IsThere(string path, long length) =>
        FileLook.Through(path).IsFileOf(length) && FileLook.Through(CacheNames.SegmentsOf(path)).Kind == FileKind.File;

    /// <summary>Removes a layer and its digests, the layer first so that digests never outlive doubt.</summary>
    public static void Delete(IFileSystem files, string path) => StorageFailure.Naming(path, "removing", () =>
    {
        files.DeleteFile(path);
        files.DeleteFile(CacheNames.SegmentsOf(path));
    });
}
