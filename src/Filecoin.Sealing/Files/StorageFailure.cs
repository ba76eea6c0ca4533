using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>Turns what the file system throws into a failure that names the file.</summary>
internal static class StorageFailure
{
    private const int DiskFullHResult = unchecked((int)0x80070070);
    private const int NoSpaceErrno = 28;
    private const int QuotaErrno = 122;

    /// <summary>Runs <paramref name="action"/>; a failed file operation becomes an <see cref="OperatorException"/> naming <paramref name="path"/>.</summary>
    public static T Naming<T>(string path, string doing, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw For(path, doing, failure);
        }
    }

    /// <summary>As <see cref="Naming{T}"/>, without a result.</summary>
    public static void Naming(string path, string doing, Action action) =>
        _ = Naming(path, doing, () =>
        {
            action();
            return true;
        });

    private static OperatorException For(string path, string doing, Exception failure) => failure.HResult switch
    {
        DiskFullHResult or NoSpaceErrno or QuotaErrno => new OperatorException(
            FailureKind.Storage,
            $"no space was left while {doing} {path}",
            "free space on that file system and run the same command again; finished steps are kept",
            failure),
        _ => new OperatorException(
            FailureKind.Storage,
            $"{doing} {path} failed: {failure.Message}",
            "check the disk (dmesg, smartctl) and the folder's permissions, then run the same command again",
            failure),
    };
}
