namespace SealerRecover.Recovery.Install;

/// <summary>
/// What was found of the places that a sector's files go to, before anything was made: what cannot be read, leads nowhere or is of the wrong
/// kind counts as different without being read again.
/// </summary>
internal sealed class StandingTargets
{
    private readonly Dictionary<string, string> _troubles = [];
    private readonly Dictionary<string, string> _fixed = [];

    /// <summary>What is of no use, by its path, each with half a sentence saying why.</summary>
    public IReadOnlyDictionary<string, string> Troubles => _troubles;

    /// <summary>Files and folders that could not be moved aside if they proved different, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Fixed => _fixed;

    /// <summary>Nothing was looked at.</summary>
    public static StandingTargets Unseen() => new();

    /// <summary>A file or folder is of no use.</summary>
    public void Condemn(string path, string why) => _troubles[path] = why;

    /// <summary>A file or folder that may be right could not be moved aside.</summary>
    public void Fix(string path, string why) => _fixed[path] = why;
}
