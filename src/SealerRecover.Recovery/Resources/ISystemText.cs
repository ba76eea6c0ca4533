using Filecoin.Sealing.Files;

namespace SealerRecover.Recovery.Resources;

/// <summary>The small text files in which Linux describes a machine (/proc, /sys).</summary>
internal interface ISystemText
{
    /// <summary>The lines of a file; none if it is not there or not for this user.</summary>
    /// <param name="path">From the root, without a leading slash: "sys/devices/system/cpu/online".</param>
    IReadOnlyList<string> Lines(string path);
}

/// <summary>Those of this machine.</summary>
/// <param name="root">"/", or a folder that pretends to be it in tests.</param>
internal sealed class SystemText(string root = "/") : ISystemText
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, path));
        }
        catch (Exception failure) when (StorageFailure.Is(failure))
        {
            return []; // Not mounted, or hidden from this user: then the system does not tell.
        }
    }
}
