using System.CommandLine;

namespace SealerRecover.Commands;

/// <summary>What the options of all commands are about: their order in help.</summary>
internal static class HelpGroups
{
    /// <summary>Groups with the names of their options.</summary>
    public static IReadOnlyList<(string Title, string[] Options)> All { get; } =
    [
        ("What", ["--miner", "--sectors", "--all", "--faulty", "--deadline", "--lost-on", "--sectors-recovery-metadata",
            "--sector-size", "--variant", "--piece", "--offset", "--length", "--padded-size", "--seed", "--randomness", "--count"]),
        ("Whom to ask", ["--api-info", "--node-timeout", "--archive-node", "--miner-api-info", "--curio-db", "--damocles-state", "--offline"]),
        ("Facts by hand", ["--ticket", "--ticket-epoch", "--seal-proof", "--sealed-cid", "--assume-zeros"]),
        ("Where", ["--storage", "--sealing-result", "--sealing-temp", "--piece-source", "--sealed", "--cache", "--update", "--update-cache",
            "--unsealed", "--output"]),
        ("How", ["--parallel", "--threads", "--memory", "--concurrency", "--kernel", "--rows-to-discard", "--keep-unsealed", "--keep-all",
            "--keep-labels", "--verify", "--deep", "--sample", "--quick", "--full", "--challenges", "--anew", "--survey", "--dry-run", "--yes", "--declare", "--wait-post", "--force",
            "--ignore-resources"]),
        ("All commands", ["--config", "--json", "--verbose", "--version", "--help"]),
    ];

    /// <summary>The groups of a command that has options of them, with these in order.</summary>
    public static IEnumerable<(string Title, Option[] Options)> Of(Command command) => All
        .Select(group => (group.Title, Options: group.Options.SelectMany(name => command.Options.Where(option => option.Name == name)).ToArray()))
        .Where(group => group.Options.Length > 0);
}
