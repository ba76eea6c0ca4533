using SealerRecover.Recovery.Bench;

namespace SealerRecover.Recovery.Site;

/// <summary>This machine as something to watch. Not safe for several threads.</summary>
/// <param name="name">What it is called.</param>
/// <param name="version">What was built that runs here.</param>
/// <param name="folder">The folder of temporary files, whose disk is told.</param>
public sealed class OwnMachine(string name, string version, string folder)
{
    private readonly MachineProbe _probe = new(folder);

    /// <summary>Tells the cards that are in use, by name.</summary>
    public Func<IEnumerable<string>> Gpus { get; init; } = () => [];

    /// <summary>How it is now.</summary>
    public SiteMachine Read() => new(_probe.Read())
    {
        Name = name,
        Alive = true,
        HeardSecondsAgo = 0,
        Version = version,
        Gpus = [.. Gpus()],
    };
}
