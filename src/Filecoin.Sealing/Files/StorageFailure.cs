using Filecoin.Primitives;

namespace Filecoin.Sealing.Files;

/// <summary>
/// Turns what the file system says into what the operator can do. Which failures come from the file system: <see cref="IOException"/>,
/// whose HResult is the errno on Linux, and <see cref="UnauthorizedAccessException"/>.
/// </summary>
public static class StorageFailure
{
    private const int AccessDenied = 13;
    private const int ReadOnlyFileSystem = 30;
    private const int MostErrno = 4096;
    private const int QuotaExceeded = 122;
    private const int DiskFullOnWindows = unchecked((int)0x80070070);
    private const string CarriesOn = "then run the same command again; it carries on from the last finished step";

    /// <summary>Whether <paramref name="failure"/> comes from the file system.</summary>
    public static bool Is(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>The failure as one sentence about <paramref name="subject"/> (a sector or a file) and one piece of advice.</summary>
    public static OperatorException From(Exception failure, string subject)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new OperatorException(
            FailureKind.Storage,
            $"{subject}: {failure.Message.TrimEnd('.')}",
            failure switch
            {
                { HResult: LinuxNative.NotPermitted } =>
                    $"Take the protection off (`lsattr` shows it, `chattr -i -a` takes it off) or give this user the right to it, {CarriesOn}.",
                { HResult: LinuxNative.NoSpace or QuotaExceeded or DiskFullOnWindows } => $"Free disk space, {CarriesOn}.",
                UnauthorizedAccessException or { HResult: AccessDenied or ReadOnlyFileSystem } =>
                    $"Give this user write permission there or choose another folder, {CarriesOn}.",
                _ => $"Check the disk and its mount (dmesg names failing devices), {CarriesOn}.",
            },
            failure);
    }

    /// <summary>The system's own words for a failure of the file system, without the path: "Input/output error".</summary>
    public static string Words(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            OperatorException { InnerException: { } inner } => Words(inner),
            UnauthorizedAccessException => LinuxNative.Describe(AccessDenied),
            IOException { HResult: > 0 and < MostErrno } => LinuxNative.Describe(failure.HResult),
            _ => failure.Message.TrimEnd('.'),
        };
    }

    /// <summary>Does <paramref name="work"/>; failures of the file system become an <see cref="OperatorException"/> about the subject.</summary>
    /// <param name="subject">A sector, a file, or what is being done.</param>
    /// <param name="work">What to do.</param>
    public static T Explain<T>(string subject, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return work();
        }
        catch (Exception failure) when (Is(failure))
        {
            throw From(failure, subject);
        }
    }

    /// <summary>As <see cref="Explain{T}"/>, for work without a result.</summary>
    public static void Explain(string subject, Action work) => Explain(subject, () =>
    {
        work();
        return true;
    });

    /// <summary>As <see cref="Explain{T}"/>: the subject is what is being done ("reading") to a file.</summary>
    internal static T Naming<T>(string path, string doing, Func<T> work) => Explain($"{doing} {path}", work);

    /// <summary>As <see cref="Naming{T}"/>, for work without a result.</summary>
    internal static void Naming(string path, string doing, Action work) => Explain($"{doing} {path}", work);
}
