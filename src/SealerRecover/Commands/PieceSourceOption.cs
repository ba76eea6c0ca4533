using System.Collections.Immutable;
using System.CommandLine;
using Filecoin.Primitives;
using SealerRecover.Recovery.PieceSources;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Where the bytes of pieces are.</summary>
internal sealed class PieceSourceOption
{
    private const string AnyPrefix = "any:";

    /// <summary>--piece-source.</summary>
    public Option<string[]> Places { get; } = new("--piece-source")
    {
        Description = "Where pieces of sectors with data are: a folder, any:FOLDER for files of any name, an unsealed sector file, or an http(s) "
            + $"server of GET /piece/{{cid}}. May be repeated; tried in order. Default: {EnvironmentSettings.PieceSourcesVariable}.",
        HelpName = "place",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    /// <summary>The places: the option's, otherwise the environment's.</summary>
    /// <exception cref="OperatorException">BadInput: one is none of what it can be.</exception>
    public ImmutableArray<PieceSource> Read(CommandContext context)
    {
        string[] given = context.Parsed.GetValue(Places) is { Length: > 0 } named ? named : [.. context.Environment.PieceSources];
        return PieceSource.ParseAll([.. given.Select(place => Absolute(place, context.Folders))]);
    }

    /// <summary>Those that the option names, as the machines of a fleet name them: they need not be on this one.</summary>
    /// <exception cref="OperatorException">BadInput: a folder has no full path, or an address is none.</exception>
    public ImmutableArray<string> ReadNames(CommandContext context) => [.. (context.Parsed.GetValue(Places) ?? []).Select(NameOnWorkers).Distinct()];

    /// <summary>The places, and behind them those that Curio's database tells, where it is named.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public ImmutableArray<PieceSource> Read(CommandContext context, NodeOptions node) => [.. Read(context), .. Told(context, node)];

    /// <summary>Curio's database as a source of last resort; none if it is not named.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public static IEnumerable<PieceSource> Told(CommandContext context, NodeOptions node) =>
        node.Curio(context) is { } curio ? [new ToldSource(curio.Name, new CurioTeller(curio))] : [];

    private string NameOnWorkers(string place) =>
        place.Contains("://", StringComparison.Ordinal) ? PieceSource.Parse(place).Text
        : place.StartsWith(AnyPrefix, StringComparison.Ordinal) ? AnyPrefix + StorageOption.NameOnWorkers(place[AnyPrefix.Length..], Places.Name)
        : StorageOption.NameOnWorkers(place, Places.Name);

    // A server is not a path; and ~ and the working folder are the host's to know.
    private string Absolute(string place, Folders folders) =>
        place.Contains("://", StringComparison.Ordinal) || string.IsNullOrWhiteSpace(place) ? place
        : place.StartsWith(AnyPrefix, StringComparison.Ordinal) ? AnyPrefix + folders.Absolute(place[AnyPrefix.Length..], Places.Name)
        : folders.Absolute(place, Places.Name);
}
