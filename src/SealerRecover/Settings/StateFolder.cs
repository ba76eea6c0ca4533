namespace SealerRecover.Settings;

/// <summary>Where what is remembered from run to run stands unless it is named.</summary>
internal static class StateFolder
{
    /// <summary>What systemd names to a unit with StateDirectory=.</summary>
    public const string UnitVariable = "STATE_DIRECTORY";

    /// <summary>The base folder of a user's (XDG Base Directory Specification).</summary>
    public const string UserVariable = "XDG_STATE_HOME";

    private const string Name = "sealer-recover";
    private const string OfRoot = "/var/lib/" + Name;

    /// <summary>The folder, absolute.</summary>
    /// <param name="environment">Names and values.</param>
    /// <param name="isRoot">Whether the process is root's.</param>
    /// <param name="folders">Makes paths absolute.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">BadInput: there is no home folder to find it in.</exception>
    public static string Of(IReadOnlyDictionary<string, string> environment, bool isRoot, Folders folders) =>
        environment.GetValueOrDefault(UnitVariable) is { Length: > 0 } unit ? folders.Absolute(unit.Split(':')[0], UnitVariable)
        : isRoot ? OfRoot
        : environment.GetValueOrDefault(UserVariable) is ['/', ..] user ? Path.Combine(user, Name)
        : Path.Combine(folders.Absolute("~/.local/state", UserVariable), Name);
}
