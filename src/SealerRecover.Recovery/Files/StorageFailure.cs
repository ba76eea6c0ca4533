using Filecoin.Primitives;

namespace SealerRecover.Recovery.Files;

/// <summary>Turns what the file system says into what the operator can do.</summary>
internal static class StorageFailure
{
    private const string CarriesOn = "then run the same command again; it carries on from the last finished step";

    /// <summary>Whether <paramref name="failure"/> comes from the file system.</summary>
    public static bool Is(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>The failure as one sentence about <paramref name="subject"/> (a sector or a file) and one piece of advice.</summary>
    public static OperatorException From(Exception failure, string subject) => new(
        FailureKind.Storage,
        $"{subject}: {failure.Message.TrimEnd('.')}",
        failure switch
        {
            { HResult: LinuxNative.NoSpace or LinuxNative.QuotaExceeded } => $"Free disk space, {CarriesOn}.",
            UnauthorizedAccessException or { HResult: LinuxNative.AccessDenied or LinuxNative.ReadOnly } =>
                $"Give this user write permission there or choose another folder, {CarriesOn}.",
            _ => $"Check the disk and its mount (dmesg names failing devices), {CarriesOn}.",
        },
        failure);

    /// <summary>Does <paramref name="work"/>, turning failures of the file system into an <see cref="OperatorException"/>.</summary>
    public static T Explain<T>(string subject, Func<T> work)
    {
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
}
