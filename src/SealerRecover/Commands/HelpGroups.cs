using System.CommandLine;

namespace SealerRecover.Commands;

/// <summary>A group of help with the names of its options.</summary>
internal sealed record NamedGroup(string Title, string[] Options);

/// <summary>A group of a command's help with the options of it that the command has.</summary>
internal sealed record OptionGroup(string Title, IReadOnlyList<Option> Options);

/// <summary>What the options of all commands are about: their order in help.</summary>
internal static class HelpGroups
{
    /// <summary>Groups with the names of their options.</summary>
    public static IReadOnlyList<NamedGroup> All { get; } =
    [
        new("What", ["--miner", "--sectors", "--all", "--faulty", "--deadline", "--lost-on", "--sectors-recovery-metadata",
            "--sector-size", "--variant", "--piece", "--pieces", "--offset", "--length", "--padded-size", "--priority", "--repair", "--damaged", "--check", "--seed", "--randomness", "--count"]),
        new("Whom to ask", ["--fleet-db", "--api-info", "--node-timeout", "--archive-node", "--miner-api-info", "--curio-db", "--damocles-state", "--offline"]),
        new("Facts by hand", ["--ticket", "--ticket-epoch", "--seal-proof", "--sealed-cid", "--assume-zeros"]),
        new("Where", ["--storage", "--to", "--sealing-result", "--sealing-temp", "--piece-source", "--sealed", "--cache", "--update", "--update-cache",
            "--unsealed", "--output", "--out", "--csv", "--report", "--state", "--http", "--http-name", "--http-cert", "--http-key", "--http-token-file", "--metrics-file"]),
        new("How", ["--worker", "--give-back-after", "--silent-after", "--parallel", "--threads", "--memory", "--concurrency", "--kernel", "--rows-to-discard", "--keep-unsealed", "--keep-all",
            "--keep-labels", "--verify", "--deep", "--sample", "--quick", "--rate", "--hours", "--again-after", "--status", "--full", "--challenges", "--slow", "--anew", "--survey",
            "--dry-run", "--yes", "--declare", "--wait-post", "--force",
            "--ignore-resources"]),
        new("All commands", ["--config", "--json", "--verbose", "--version", "--help"]),
    ];

    /// <summary>The groups of a command that has options of them, with these in order.</summary>
    public static IEnumerable<OptionGroup> Of(Command command) => All
        .Select(group => new OptionGroup(group.Title, [.. group.Options.SelectMany(name => command.Options.Where(option => option.Name == name))]))
        .Where(group => group.Options.Count > 0);
}
